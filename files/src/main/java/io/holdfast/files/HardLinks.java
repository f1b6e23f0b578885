package io.holdfast.files;

import io.holdfast.posix.FileStatus;
import io.holdfast.repository.Entry;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the files with several names that were met lately, so that their content is read once.
 * A bounded number: a name that comes much later is simply read again. Of one thread.
 */
final class HardLinks {
  private static final int LIMIT = 10_000;

  private record Key(long device, long inode) {}

  private final Map<Key, Future<@Nullable Entry>> known = new RecentlyUsed<>(LIMIT);

  /** What another name of the same file has, or will have, as its entry. */
  @Nullable Future<@Nullable Entry> find(FileStatus status) {
    return status.links() > 1 ? known.get(new Key(status.device(), status.inode())) : null;
  }

  void remember(FileStatus status, Future<@Nullable Entry> entry) {
    if (status.links() > 1) {
      known.put(new Key(status.device(), status.inode()), entry);
    }
  }
}
