package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileHandle;
import io.holdfast.repository.ContentReader;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Writes the content of one file where it belongs. Holes are written as zeros: PostgreSQL counts on
 * its files having their space.
 */
final class RestoreFile implements ContentReader.Sink, AutoCloseable {
  private static final int ZEROS = 64 << 10;

  /** Called when the file is complete, before it is closed. */
  @FunctionalInterface
  interface Completion {
    void run(FileHandle file) throws IOException;
  }

  private final FileHandle file;
  private final AtomicLong fetched;
  private final LongConsumer written;
  private final ReadProgress progress;
  private final Completion completion;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param file closed when it is complete, or with this
   * @param fetched counts the bytes that came from the repository
   * @param written told how many bytes were written
   */
  RestoreFile(
      FileHandle file,
      AtomicLong fetched,
      LongConsumer written,
      ReadProgress progress,
      Completion completion) {
    this.file = file;
    this.written = written;
    this.fetched = fetched;
    this.progress = progress;
    this.completion = completion;
  }

  BytePath path() {
    return file.path();
  }

  @Override
  public void write(long offset, byte[] bytes, int from, int length) throws IOException {
    file.write(offset, bytes, from, length);
    fetched.addAndGet(length);
    written.accept(length);
    progress.read(length);
  }

  @Override
  public void hole(long offset, long length) throws IOException {
    byte[] zeros = new byte[(int) Math.min(ZEROS, length)];
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(zeros.length, length - done);
      file.write(offset + done, zeros, 0, part);
      written.accept(part);
      done += part;
    }
    progress.read(length);
  }

  @Override
  public void complete() throws IOException {
    completion.run(file);
    close();
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      file.close();
    }
  }
}
