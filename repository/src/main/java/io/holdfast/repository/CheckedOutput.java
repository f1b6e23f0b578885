package io.holdfast.repository;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32C;

/**
 * Writes the data of a {@link CheckedFile}, then, in {@link #finish}, the check sums. Keeps four
 * bytes in memory for each block. For one thread.
 */
final class CheckedOutput extends OutputStream {
  private final OutputStream file;
  private final CRC32C crc = new CRC32C();
  private final ByteArrayOutputStream sums = new ByteArrayOutputStream();
  private final DataOutputStream table = new DataOutputStream(sums);
  private long length;

  CheckedOutput(OutputStream file) {
    this.file = file;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    file.write(bytes, offset, count);
    int at = offset;
    while (at < offset + count) {
      int room = CheckedFile.BLOCK - (int) (length % CheckedFile.BLOCK);
      int part = Math.min(room, offset + count - at);
      crc.update(bytes, at, part);
      length += part;
      at += part;
      if (part == room) {
        endBlock();
      }
    }
  }

  private void endBlock() throws IOException {
    table.writeInt((int) crc.getValue());
    crc.reset();
  }

  /** Writes what comes after the data. Leaves the file open. */
  void finish() throws IOException {
    if (length % CheckedFile.BLOCK != 0) {
      endBlock();
    }
    table.writeLong(length);
    crc.reset();
    crc.update(sums.toByteArray());
    table.writeInt((int) crc.getValue());
    sums.writeTo(file);
    file.flush();
  }
}
