package io.holdfast.files;

import io.holdfast.posix.PosixException;
import io.holdfast.repository.ContentReader;

/** Where tests make a restore fail, or end. */
interface RestoreFaults {
  /** None. */
  RestoreFaults NONE = new RestoreFaults() {};

  /** How far the end of a restore has come. */
  enum Step {
    /** All is in its place; the target is still marked as unfinished. */
    BEFORE_MARK_IS_REMOVED,
    /** The target looks finished. */
    MARK_REMOVED
  }

  default ContentReader.Sink wrap(ContentReader.Sink sink) {
    return sink;
  }

  default void reached(Step step) throws PosixException {}
}
