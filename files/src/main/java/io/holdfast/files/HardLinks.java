package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.repository.Entry;
import io.holdfast.repository.FileIdentity;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the files with several names that were met lately, so that their content is read once,
 * and that it is noticed when two names of one inode turn out to hold different things. A bounded
 * number: a name that comes much later is simply read again. Of one thread.
 */
final class HardLinks {
  private static final int LIMIT = 10_000;

  private record Key(long device, long inode) {
    Key {
      device &= Long.MAX_VALUE;
      inode &= Long.MAX_VALUE;
    }

    /** By hand, as in {@link FileTimestamp}. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && device == key.device && inode == key.inode;
    }

    /** By hand, as in {@link FileTimestamp}. */
    @Override
    public int hashCode() {
      return 31 * Long.hashCode(device) + Long.hashCode(inode);
    }
  }

  private record Name(BytePath path, FileIdentity identity) {}

  private final Map<Key, Future<@Nullable Entry>> known = new RecentlyUsed<>(LIMIT);
  private final Map<Key, Name> noted = new RecentlyUsed<>(LIMIT);

  /** What another name of the same file has, or will have, as its entry. */
  @Nullable Future<@Nullable Entry> find(FileStatus status) {
    return status.links() > 1 ? known.get(new Key(status.device(), status.inode())) : null;
  }

  void remember(FileStatus status, Future<@Nullable Entry> entry) {
    if (status.links() > 1) {
      known.put(new Key(status.device(), status.inode()), entry);
    }
  }

  /** Whether what was read by another name is what a name has that was looked at just now. */
  static boolean isSame(Entry read, FileStatus now) {
    return read.inode() == (now.inode() & Long.MAX_VALUE)
        && read.device() == (now.device() & Long.MAX_VALUE)
        && read.size() == now.size()
        && read.modified().equals(now.modified())
        && read.changed().equals(now.changed());
  }

  /**
   * Notes an entry of the backup.
   *
   * @return the path of the one before with the same inode, if the two will not be restored as
   *     names of one file
   */
  @Nullable BytePath note(Entry entry) {
    FileIdentity identity = FileIdentity.of(entry);
    if (identity == null) {
      return null;
    }
    Name before =
        noted.put(new Key(entry.device(), entry.inode()), new Name(entry.path(), identity));
    return before == null || before.identity.equals(identity) ? null : before.path;
  }
}
