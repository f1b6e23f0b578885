package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ByteSource;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.EntrySorter;
import io.holdfast.repository.PageWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of a stream into a backup. Small ones are read into memory and stored by several
 * threads, large ones are stored as they come in. Of one thread, which owns the stream.
 */
final class StreamCopy implements AutoCloseable {
  /** The size up to which a file is small. */
  private static final int SMALL = 256 << 10;

  private static final int QUEUED_FILES = 16;

  private final BackupSession session;
  private final EntrySorter entries;
  private final StreamedPages layout;
  private final PreviousContents previous;
  private final ReadProgress progress;
  private final BaseBackupStream stream;
  private final ParallelWork small;
  private final AtomicLong pages = new AtomicLong();
  private final AtomicLong changedPages = new AtomicLong();

  /**
   * @param threads that store small files
   */
  StreamCopy(
      BaseBackupStream stream,
      BackupSession session,
      EntrySorter entries,
      StreamedPages layout,
      PreviousContents previous,
      ReadProgress progress,
      String what,
      int threads) {
    this.stream = stream;
    this.session = session;
    this.entries = entries;
    this.layout = layout;
    this.previous = previous;
    this.progress = progress;
    this.small = new ParallelWork(what, threads, QUEUED_FILES);
  }

  /** Copies the file that the stream is at. */
  void copy(BaseBackupStream.Member member) throws IOException {
    BytePath path = member.path();
    RelationFile relation = RelationFile.of(path).orElse(null);
    Content before = relation == null ? null : previous.of(path);
    if (member.size() > SMALL) {
      if (relation == null) {
        add(member, session.write(this::read), false);
      } else {
        copyPages(member, relation, before, this::read);
      }
      return;
    }
    byte[] bytes = readWhole(member);
    small.submit(
        new StoreSmall(
            () -> {
              ByteArrayInputStream source = new ByteArrayInputStream(bytes);
              if (relation == null) {
                add(member, session.write(source::read), false);
              } else {
                copyPages(member, relation, before, source::read);
              }
            }));
  }

  private interface Store {
    void run() throws IOException;
  }

  private record StoreSmall(Store store) implements ParallelWork.Job {
    @Override
    public void run() throws IOException {
      store.run();
    }

    @Override
    public void close() {}
  }

  /** Reads the file that the stream is at, which is small, into memory. */
  byte[] readWhole(BaseBackupStream.Member member) {
    byte[] bytes = new byte[Math.toIntExact(member.size())];
    WholeFile file = new WholeFile(member, this::read);
    int done = 0;
    while (done < bytes.length) {
      done += file.read(bytes, done, bytes.length - done);
    }
    return bytes;
  }

  private int read(byte[] to, int offset, int length) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("reading a base backup");
    }
    int n = stream.read(to, offset, length);
    progress.read(Math.max(0, n));
    return n;
  }

  /** As InputStream and the stream have it, without their exceptions. */
  private interface Source {
    int read(byte[] to, int offset, int length);
  }

  /** The bytes that a file was announced with. */
  private static final class WholeFile implements ByteSource {
    private final BaseBackupStream.Member member;
    private final Source source;
    private long left;

    WholeFile(BaseBackupStream.Member member, Source source) {
      this.member = member;
      this.source = source;
      this.left = member.size();
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int count = source.read(to, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new ServerProtocolException("The server sent " + member.path() + " short");
      }
      left -= count;
      return count;
    }
  }

  private void copyPages(
      BaseBackupStream.Member member,
      RelationFile relation,
      @Nullable Content before,
      Source source)
      throws IOException {
    try (PageWriter writer = session.pages(layout.pageSize(), before)) {
      RelationPages relationPages =
          layout.verify(member.path(), relation, new WholeFile(member, source));
      writer.append(relationPages);
      Content content = writer.finish();
      pages.addAndGet(relationPages.pages());
      changedPages.addAndGet(writer.changedPages());
      add(member, content, relationPages.isDamaged());
    }
  }

  private void add(BaseBackupStream.Member member, Content content, boolean damaged) {
    entries.add(
        metadata(member)
            .entry(member.path(), NodeType.FILE)
            .content(content)
            .flags(new Entry.Flags(false, damaged))
            .build());
  }

  static EntryMetadata metadata(BaseBackupStream.Member member) {
    return new EntryMetadata(member.mode(), member.uid(), member.gid(), member.modified());
  }

  /** Waits until all that was copied is stored. */
  void finish() throws IOException {
    small.finish();
  }

  /** Pages of relation files so far. */
  long pages() {
    return pages.get();
  }

  /** Those of them that were not as in the previous manifest. */
  long changedPages() {
    return changedPages.get();
  }

  @Override
  public void close() throws IOException {
    small.close();
  }
}
