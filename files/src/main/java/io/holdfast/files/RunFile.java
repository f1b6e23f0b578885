package io.holdfast.files;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Records in order in a temporary file, each behind its length (u16). Between reads the file is
 * closed, so that any number of them may be under way.
 */
final class RunFile {
  /** Length of a record, at most. */
  static final int MAX_RECORD = 0xffff;

  private final Path file;

  private RunFile(Path file) {
    this.file = file;
  }

  /** Writes all records to a new file in the directory. */
  static RunFile write(Path directory, Iterator<byte[]> records) throws IOException {
    Path file = Files.createTempFile(directory, "run", "");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      while (records.hasNext()) {
        byte[] record = records.next();
        if (record.length > MAX_RECORD) {
          throw new IllegalArgumentException("record of " + record.length + " bytes");
        }
        out.writeShort(record.length);
        out.write(record);
      }
    }
    return new RunFile(file);
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /**
   * The records; reading them can throw {@link UncheckedIOException}.
   *
   * @param buffer bytes to read at once; more where a record needs it
   */
  Iterator<byte[]> read(int buffer) {
    return new Reader(buffer);
  }

  private final class Reader implements Iterator<byte[]> {
    private final int size;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long position;
    private byte @Nullable [] next;

    Reader(int size) {
      this.size = size;
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public byte[] next() {
      byte[] record = next;
      if (record == null) {
        throw new NoSuchElementException();
      }
      advance();
      return record;
    }

    private void advance() {
      try {
        if (!has(2)) {
          next = null;
          return;
        }
        byte[] record = new byte[buffer.getShort() & 0xffff];
        if (!has(record.length)) {
          throw new EOFException(file + " ends within a record");
        }
        buffer.get(record);
        next = record;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private boolean has(int count) throws IOException {
      if (buffer.remaining() >= count) {
        return true;
      }
      ByteBuffer larger = ByteBuffer.allocate(Math.max(size, count));
      larger.put(buffer);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        int read = 0;
        while (larger.hasRemaining() && read >= 0) {
          read = channel.read(larger, position);
          position += Math.max(read, 0);
        }
      }
      buffer = larger.flip();
      return buffer.remaining() >= count;
    }
  }
}
