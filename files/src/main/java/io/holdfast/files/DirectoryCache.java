package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Open directories of one tree, by their paths below its root. A bounded number of them stays open
 * besides those in use. Each is opened from its parent, or else from the root, name by name and
 * without following links. Thread-safe.
 */
final class DirectoryCache implements AutoCloseable {
  private final DirectoryHandle root;
  private final int capacity;
  private final Map<BytePath, Shared> open = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param root closed with the cache
   * @param capacity directories to keep open
   */
  DirectoryCache(DirectoryHandle root, int capacity) {
    this.root = root;
    this.capacity = capacity;
  }

  /** A directory that stays open until the lease is closed. */
  final class Lease implements AutoCloseable {
    private @Nullable Shared shared;

    private Lease(Shared shared) {
      this.shared = shared;
    }

    DirectoryHandle directory() {
      Shared current = shared;
      if (current == null) {
        throw new IllegalStateException("lease is over");
      }
      return current.handle;
    }

    @Override
    public void close() throws PosixException {
      Shared current = shared;
      if (current != null) {
        shared = null;
        release(current);
      }
    }
  }

  private static final class Shared {
    private final DirectoryHandle handle;
    private int users;
    private boolean evicted;

    Shared(DirectoryHandle handle) {
      this.handle = handle;
    }
  }

  /** Opens the directory at this path, or finds it open. */
  synchronized Lease lease(BytePath path) throws PosixException {
    Shared shared = open.get(path);
    if (shared == null) {
      shared = new Shared(openAnew(path));
      open.put(path, shared);
    }
    shared.users++;
    evict();
    return new Lease(shared);
  }

  private DirectoryHandle openAnew(BytePath path) throws PosixException {
    BytePath parent = path.parent();
    Shared near = parent == null ? null : open.get(parent);
    return near == null ? root.openBeneath(path) : near.handle.openDirectory(path.name());
  }

  /** Forgets a directory, so that the next lease opens what is there then. */
  synchronized void forget(BytePath path) throws PosixException {
    Shared shared = open.remove(path);
    if (shared != null) {
      retire(shared);
    }
  }

  private void evict() throws PosixException {
    Iterator<Shared> oldest = open.values().iterator();
    while (open.size() > capacity && oldest.hasNext()) {
      Shared shared = oldest.next();
      oldest.remove();
      retire(shared);
    }
  }

  private static void retire(Shared shared) throws PosixException {
    shared.evicted = true;
    if (shared.users == 0) {
      shared.handle.close();
    }
  }

  private synchronized void release(Shared shared) throws PosixException {
    shared.users--;
    if (shared.evicted && shared.users == 0) {
      shared.handle.close();
    }
  }

  @Override
  public synchronized void close() throws PosixException {
    for (Shared shared : open.values()) {
      retire(shared);
    }
    open.clear();
    root.close();
  }
}
