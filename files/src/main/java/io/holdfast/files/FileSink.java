package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Restores one file: written under a name that nobody looks for, then given its metadata, then its
 * name. Until its content is complete nothing is seen of it. Thread-safe.
 */
final class FileSink implements ContentReader.Sink {
  private static final int PRIVATE = 0600;

  private final RestoreSite site;
  private final RestoredDirectory directory;
  private final Entry entry;

  /** For a file with several names: its name in the work directory, where it stays to be linked. */
  private final @Nullable BytePath linkName;

  private final BytePath made;
  private @Nullable FileHandle file;

  FileSink(
      RestoreSite site, RestoredDirectory directory, Entry entry, @Nullable BytePath linkName) {
    this.site = site;
    this.directory = directory;
    this.entry = entry;
    this.linkName = linkName;
    this.made = linkName == null ? site.target().freshName() : linkName;
  }

  @Override
  public void write(long offset, byte[] bytes, int from, int length) throws PosixException {
    open().write(offset, bytes, from, length);
    site.target().written(length);
    site.tally().bytes(length);
  }

  @Override
  public void hole(long offset, long length) {
    site.tally().bytes(length); // the file is new: what is not written is a hole
  }

  /** Opened when there is something to write, not before: many files wait at the same time. */
  private synchronized FileHandle open() throws PosixException {
    FileHandle opened = file;
    if (opened == null) {
      if (linkName != null) {
        opened = site.target().work().openFileToWrite(linkName);
      } else if (directory.isNear()) {
        opened = site.target().work().createFile(made, PRIVATE);
      } else {
        try (DirectoryCache.Lease lease = site.directories().lease(directory.path())) {
          opened = lease.directory().createFile(made, PRIVATE);
        }
      }
      file = opened;
    }
    return opened;
  }

  @Override
  public void complete() throws PosixException {
    try (FileHandle opened = open()) {
      opened.setLength(Objects.requireNonNull(entry.content()).length());
      site.metadata().apply(opened, entry);
      if (site.target().replaces() || !directory.isNear()) {
        opened.sync(); // before it takes the place of something, or out of reach of the last sync
      }
    }
    place();
    site.tally().restored(entry);
    site.sinkCompleted(this);
    directory.release();
  }

  private void place() throws PosixException {
    RestoreTarget target = site.target();
    BytePath source = made;
    if (linkName != null) {
      source = target.freshName();
      target.work().link(linkName, target.work(), source);
    }
    try (DirectoryCache.Lease lease = site.directories().lease(directory.path())) {
      DirectoryHandle to = lease.directory();
      target.place(directory.isNear() ? target.work() : to, source, to, entry.path().name());
    }
  }

  /** After a failure: removes what was made where the work directory's removal does not. */
  synchronized void abandon() throws PosixException {
    FileHandle opened = file;
    if (opened != null) {
      opened.close();
      if (!directory.isNear()) {
        try (DirectoryCache.Lease lease = site.directories().lease(directory.path())) {
          lease.directory().remove(made);
        }
      }
    }
  }
}
