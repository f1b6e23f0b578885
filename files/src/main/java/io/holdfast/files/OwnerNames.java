package io.holdfast.files;

import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names of users or of groups, remembered up to a limit. Thread-safe. */
final class OwnerNames {
  private static final int LIMIT = 1024;

  /** Asks the system. */
  @FunctionalInterface
  interface Lookup {
    Optional<String> nameOf(long id) throws PosixException;
  }

  private final Lookup lookup;
  private final Map<Long, Optional<BytePath>> known = new RecentlyUsed<>(LIMIT);

  OwnerNames(Lookup lookup) {
    this.lookup = lookup;
  }

  static OwnerNames users() {
    return new OwnerNames(Accounts::userName);
  }

  static OwnerNames groups() {
    return new OwnerNames(Accounts::groupName);
  }

  /**
   * The name; null if there is none, or the name service does not answer: the number is what
   * counts.
   */
  synchronized @Nullable BytePath of(long id) {
    return known.computeIfAbsent(id, this::ask).orElse(null);
  }

  private Optional<BytePath> ask(long id) {
    try {
      return lookup.nameOf(id).map(BytePath::of);
    } catch (PosixException e) {
      return Optional.empty();
    }
  }
}
