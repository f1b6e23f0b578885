package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ByteSource;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.EntrySorter;
import io.holdfast.repository.PageWriter;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Copies files of a running cluster into a backup. A file that is gone was dropped, which recovery
 * knows; one that grows is cut at the size it had when it was opened; one that shrinks is kept
 * short. Thread-safe.
 */
final class DirectCopy {
  private final BackupSession session;
  private final EntrySorter entries;
  private final ControlFile cluster;
  private final PageVerifier verifier;
  private final DamageReport damage;
  private final ReadProgress progress;
  private final AtomicLong pages = new AtomicLong();
  private final AtomicLong changedPages = new AtomicLong();

  DirectCopy(
      BackupSession session,
      EntrySorter entries,
      ControlFile cluster,
      PageVerifier verifier,
      DamageReport damage,
      ReadProgress progress) {
    this.session = session;
    this.entries = entries;
    this.cluster = cluster;
    this.verifier = verifier;
    this.damage = damage;
    this.progress = progress;
  }

  /**
   * Copies one file.
   *
   * @param directory that holds it
   * @param path in the backup
   * @param relation what it is a part of; null for a file that is not made of pages
   * @param previous what a relation file was in the previous backup
   */
  void copy(
      DirectoryHandle directory,
      BytePath path,
      @Nullable RelationFile relation,
      @Nullable Content previous)
      throws IOException {
    try (FileHandle file = directory.openFile(path.name())) {
      FileStatus status = file.status();
      if (!status.isFile()) {
        return; // replaced by something else since it was listed
      }
      Source source = new Source(file, status.size());
      Entry.Builder entry = EntryMetadata.of(status).entry(path, NodeType.FILE);
      boolean damaged = false;
      if (relation == null) {
        entry.content(session.write(source));
      } else {
        damaged = copyPages(source, entry, path, relation, previous);
      }
      boolean changed = source.at < status.size() || file.status().size() != status.size();
      entries.add(entry.flags(new Entry.Flags(changed, damaged)).build());
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw ClusterReadException.of(path, e);
      }
    }
  }

  private boolean copyPages(
      Source source,
      Entry.Builder entry,
      BytePath path,
      RelationFile relation,
      @Nullable Content previous)
      throws IOException {
    try (PageWriter writer = session.pages(cluster.pageSize(), previous)) {
      RelationPages relationPages =
          new RelationPages(
              path,
              relation,
              relation.firstBlock(cluster),
              verifier,
              source,
              damage,
              source::readPage);
      writer.append(relationPages);
      entry.content(writer.finish());
      pages.addAndGet(relationPages.pages());
      changedPages.addAndGet(writer.changedPages());
      return relationPages.isDamaged();
    }
  }

  /** A file up to the size that it had. */
  private final class Source implements ByteSource {
    private final FileHandle file;
    private final long limit;
    private long at;

    Source(FileHandle file, long limit) {
      this.file = file;
      this.limit = limit;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int wanted = (int) Math.min(length, limit - at);
      if (wanted == 0) {
        return -1;
      }
      int count = file.read(at, buffer, offset, wanted);
      if (count > 0) {
        at += count;
        progress.read(count);
      }
      return count;
    }

    RelationPages.Again.Outcome readPage(long position, byte[] to, int offset) throws IOException {
      int size = cluster.pageSize();
      int done = 0;
      while (done < size) {
        int count = file.read(position + done, to, offset + done, size - done);
        if (count < 0) {
          return RelationPages.Again.Outcome.CUT_OFF;
        }
        done += count;
      }
      return RelationPages.Again.Outcome.READ;
    }
  }

  /** Pages of relation files that were copied. */
  long pages() {
    return pages.get();
  }

  /** Those that were not as in the previous backup. */
  long changedPages() {
    return changedPages.get();
  }
}
