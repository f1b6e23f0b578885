package io.holdfast.files;

import io.holdfast.posix.BytePath;
import java.util.List;

/**
 * How a tree is restored.
 *
 * @param paths what to restore, with all that lies below and the directories above; none means all
 * @param overwrite whether the target may hold something already: files that are in the backup are
 *     replaced, one by one and at once; others stay
 * @param ownership whom the files will belong to
 * @param warningLimit warnings to keep in full
 */
public record TreeRestoreOptions(
    List<BytePath> paths, boolean overwrite, Ownership ownership, int warningLimit) {

  /** Whom restored files belong to. */
  public enum Ownership {
    /** The user and group numbers of the backup. */
    BY_NUMBER,
    /** The users and groups of the same names on this machine; by number where there are none. */
    BY_NAME,
    /**
     * Whoever runs the restore, without a warning for that. Set-user and set-group bits of files
     * that were somebody else's are left out, with one.
     */
    WHOEVER_RESTORES
  }

  public TreeRestoreOptions {
    paths = List.copyOf(paths);
    if (warningLimit < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }

  /** All of it, into an empty or absent directory, owned by number. */
  public static TreeRestoreOptions defaults() {
    return new TreeRestoreOptions(List.of(), false, Ownership.BY_NUMBER, 1000);
  }

  /** Only these paths. */
  public TreeRestoreOptions withPaths(List<BytePath> wanted) {
    return new TreeRestoreOptions(wanted, overwrite, ownership, warningLimit);
  }

  /** Also over what is there, or not. */
  public TreeRestoreOptions withOverwrite(boolean over) {
    return new TreeRestoreOptions(paths, over, ownership, warningLimit);
  }

  /** With another rule for owners. */
  public TreeRestoreOptions withOwnership(Ownership rule) {
    return new TreeRestoreOptions(paths, overwrite, rule, warningLimit);
  }
}
