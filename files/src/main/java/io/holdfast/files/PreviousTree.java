package io.holdfast.files;

import io.holdfast.repository.Manifest;
import java.time.Instant;

/**
 * The backup of the same tree that an incremental one is compared with.
 *
 * @param started when that backup started to read the tree, by the clock of the machine that did:
 *     files whose time stamps are not older than that are read again
 */
public record PreviousTree(Manifest manifest, Instant started) {}
