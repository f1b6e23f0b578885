package io.holdfast.repository;

import io.holdfast.storage.ObjectStore;

/**
 * A repository whose family a new one is to join, so that equal chunks have equal ids in both and
 * one can heal the other; docs/repository-format.md section 5.2.
 *
 * @param credential that opens it
 */
public record Family(ObjectStore store, Credential credential) {}
