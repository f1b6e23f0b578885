package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.PageHashes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The files of a backup, each prepared to be written: a relation file that is there already is
 * compared page by page, and only the pages that differ are asked for; any other file is made anew.
 * Some are prepared ahead, side by side. For one thread.
 */
final class RestoreTargets implements Iterator<ContentReader.Target>, AutoCloseable {
  /** A multiple of every page size. */
  private static final int BUFFER = 256 << 10;

  private static final int MAX_PAGES = 1 << 26;

  private final TargetTree tree;
  private final Manifest.Cursor entries;
  private final ContentReader contents;
  private final Ownership ownership;
  private final ReadProgress progress;
  private final int ahead;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Future<ContentReader.Target>> prepared = new ArrayDeque<>();
  private final Set<RestoreFile> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong fetched = new AtomicLong();
  private long files;
  private long bytes;

  RestoreTargets(
      TargetTree tree,
      Manifest manifest,
      ContentReader contents,
      Ownership ownership,
      ReadProgress progress,
      int ahead) {
    this.tree = tree;
    this.entries = manifest.cursor();
    this.contents = contents;
    this.ownership = ownership;
    this.progress = progress;
    this.ahead = ahead;
  }

  @Override
  public boolean hasNext() {
    while (prepared.size() < ahead && entries.hasNext()) {
      Entry entry = entries.next();
      Content content = entry.content();
      if (content != null
          && entry.type() == NodeType.FILE
          && RestoreRules.isWrittenBack(entry.path())) {
        files++;
        bytes += content.length();
        prepared.add(workers.submit(() -> prepare(entry, content)));
      }
    }
    return !prepared.isEmpty();
  }

  @Override
  public ContentReader.Target next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      return prepared.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("restoring a cluster");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failed -> throw new UncheckedIOException(failed);
        case RuntimeException failed -> throw failed;
        case Error failed -> throw failed;
        case null, default -> throw new AssertionError(e);
      }
    }
  }

  private ContentReader.Target prepare(Entry entry, Content content) throws IOException {
    BytePath name = entry.path().name();
    try (DirectoryHandle directory = tree.openParent(entry.path())) {
      if (content.isPages()) {
        try {
          return compare(directory.openFileToWrite(name), entry, content);
        } catch (PosixException e) {
          if (!e.isAbsent()) {
            throw e;
          }
        }
      }
      RemoveTree.fileIfPresent(directory, name);
      FileHandle file = directory.createFile(name, 0600);
      return new ContentReader.Target(content, sink(file, entry, content));
    }
  }

  private ContentReader.Target compare(FileHandle file, Entry entry, Content content)
      throws IOException {
    RestoreFile sink = sink(file, entry, content);
    int pageSize = content.pageSize();
    BitSet same = new BitSet();
    long length = Math.min(file.status().size(), content.length());
    if (content.length() / pageSize <= MAX_PAGES) {
      PageHashes hashes = contents.pageHashes(content);
      byte[] buffer = new byte[BUFFER];
      for (long at = 0; at + pageSize <= length; ) {
        int wanted = (int) Math.min(buffer.length, length - at) / pageSize * pageSize;
        readFully(file, at, buffer, wanted);
        boolean[] equal = hashes.same(buffer, 0, wanted);
        for (int page = 0; page < equal.length; page++) {
          same.set((int) (at / pageSize) + page, equal[page]);
        }
        at += wanted;
      }
    }
    progress.read((long) same.cardinality() * pageSize);
    return new ContentReader.Target(content, sink, page -> !same.get((int) page));
  }

  private static void readFully(FileHandle file, long at, byte[] buffer, int length)
      throws IOException {
    for (int done = 0; done < length; ) {
      int count = file.read(at + done, buffer, done, length - done);
      if (count < 0) {
        throw new IOException(file.path() + " is being changed by somebody else");
      }
      done += count;
    }
  }

  private RestoreFile sink(FileHandle file, Entry entry, Content content) throws IOException {
    RestoreFile[] self = new RestoreFile[1];
    RestoreFile sink =
        new RestoreFile(
            file,
            fetched,
            tree::written,
            progress,
            done -> {
              done.setLength(content.length());
              ownership.apply(done, entry);
              open.remove(self[0]);
            });
    self[0] = sink;
    open.add(sink);
    return sink;
  }

  long files() {
    return files;
  }

  long bytes() {
    return bytes;
  }

  long fetchedBytes() {
    return fetched.get();
  }

  /** Closes the files that were not completed. */
  @Override
  public void close() throws IOException {
    workers.shutdownNow();
    workers.close();
    for (RestoreFile file : open) {
      file.close();
    }
  }
}
