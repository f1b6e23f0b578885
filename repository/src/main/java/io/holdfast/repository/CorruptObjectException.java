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
    this(what, why, hint(what));
  }

  private static String hint(String what) {
    if (what.startsWith(KeyObject.PREFIX)) {
      return "Open the repository with another holder: the recovery kit, a key file or another passphrase.";
    }
    if (what.startsWith(EpochObject.PREFIX) || what.startsWith(FormatObject.PREFIX)) {
      return "Bring it back from a copy of the storage: nothing that was written under it can be read without; or restore from another repository.";
    }
    return "Run 'holdfast verify --level 3' to see what else is; restore from another repository or an earlier backup.";
  }

  /** As above, where something else is to be done. */
  CorruptObjectException(String what, String why, String hint) {
    super(FailureCategory.CORRUPT, what, what + " is damaged: " + why, hint, null);
  }
}
