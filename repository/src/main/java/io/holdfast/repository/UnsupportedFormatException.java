package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/** The repository, or an object in it, was written by a newer version of the format. */
public final class UnsupportedFormatException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  public UnsupportedFormatException(String what, String why) {
    super(
        FailureCategory.UNSUPPORTED,
        what + " cannot be read by this version: " + why,
        "Use a newer version of Holdfast.");
  }
}
