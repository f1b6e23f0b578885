package io.holdfast.files;

import io.holdfast.files.TreeRestoreOptions.Ownership;
import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Finds out whom a restored node is to belong to. Thread-safe. */
final class OwnerRule {
  private static final int REMEMBERED = 1024;

  /** Asks the system for the number of a name. */
  @FunctionalInterface
  private interface Lookup {
    OptionalLong idOf(String name) throws PosixException;
  }

  private final Ownership ownership;
  private final RecentlyUsed<BytePath, OptionalLong> users = new RecentlyUsed<>(REMEMBERED);
  private final RecentlyUsed<BytePath, OptionalLong> groups = new RecentlyUsed<>(REMEMBERED);

  OwnerRule(Ownership ownership) {
    this.ownership = ownership;
  }

  boolean leavesOwner() {
    return ownership == Ownership.WHOEVER_RESTORES;
  }

  synchronized long user(Entry entry) {
    return byName(users, entry.user(), Accounts::userId).orElse(entry.uid());
  }

  synchronized long group(Entry entry) {
    return byName(groups, entry.group(), Accounts::groupId).orElse(entry.gid());
  }

  private OptionalLong byName(
      RecentlyUsed<BytePath, OptionalLong> known, @Nullable BytePath name, Lookup lookup) {
    if (ownership != Ownership.BY_NAME || name == null) {
      return OptionalLong.empty();
    }
    return known.computeIfAbsent(
        name,
        asked -> {
          try {
            return lookup.idOf(new String(asked.bytes(), StandardCharsets.UTF_8));
          } catch (PosixException e) {
            return OptionalLong.empty(); // the number serves then, as for an unknown name
          }
        });
  }
}
