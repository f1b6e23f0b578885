package io.holdfast.postgres;

import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;
import java.util.concurrent.atomic.AtomicInteger;

/** A directory handle that several users share; it closes when the last one has let go. */
final class OpenDirectory implements AutoCloseable {
  private final DirectoryHandle handle;
  private final AtomicInteger users = new AtomicInteger(1);

  OpenDirectory(DirectoryHandle handle) {
    this.handle = handle;
  }

  DirectoryHandle handle() {
    return handle;
  }

  /** Joins the users; each closes once. For whoever is one already. */
  OpenDirectory share() {
    users.incrementAndGet();
    return this;
  }

  @Override
  public void close() throws PosixException {
    if (users.decrementAndGet() == 0) {
      handle.close();
    }
  }
}
