package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/** Stored bytes are not what was written: an object is damaged, swapped or forged. */
public final class CorruptObjectException extends UnusableObjectException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the object, and the block or chunk in it where that is known
   * @param why what is wrong with it
   */
  public CorruptObjectException(String what, String why) {
    this(
        what,
        why,
        "Run 'holdfast verify --level 3' to see what else is; restore from another repository or an earlier backup.");
  }

  /** As above, where something else is to be done. */
  CorruptObjectException(String what, String why, String hint) {
    super(FailureCategory.CORRUPT, what, what + " is damaged: " + why, hint, null);
  }
}
