package io.holdfast.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The file that a local server writes its messages to. */
record ServerLog(Path file) {
  private static final int TAIL = 4096;

  /** The last 4 KiB, from the start of a line. */
  String tail() {
    try (FileChannel channel = FileChannel.open(file)) {
      long from = Math.max(0, channel.size() - TAIL);
      ByteBuffer bytes = ByteBuffer.allocate(TAIL);
      int n = 0;
      while (bytes.hasRemaining() && n >= 0) {
        n = channel.read(bytes, from + bytes.position());
      }
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
    } catch (IOException e) {
      return "(the log " + file + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
