package io.holdfast.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row of a result, its values in text form as bytes. */
final class ResultRow {
  private final List<byte @Nullable []> values;
  private final String server;

  private ResultRow(List<byte @Nullable []> values, String server) {
    this.values = values;
    this.server = server;
  }

  /** Reads the body of a DataRow message. */
  static ResultRow parse(byte[] body, String server) {
    ByteBuffer in = ByteBuffer.wrap(body);
    List<byte @Nullable []> values = new ArrayList<>();
    int count = in.remaining() < 2 ? -1 : in.getShort();
    for (int i = 0; i < count; i++) {
      int length = in.remaining() < 4 ? Integer.MAX_VALUE : in.getInt();
      if (length < -1 || length > in.remaining()) {
        throw new ServerProtocolException(server + " sent a damaged row");
      }
      if (length < 0) {
        values.add(null);
      } else {
        byte[] value = new byte[length];
        in.get(value);
        values.add(value);
      }
    }
    return new ResultRow(values, server);
  }

  boolean isNull(int column) {
    return column >= values.size() || values.get(column) == null;
  }

  byte[] bytes(int column) {
    byte @Nullable [] value = column < values.size() ? values.get(column) : null;
    if (value == null) {
      throw new ServerProtocolException(server + " sent a row without column " + (column + 1));
    }
    return value;
  }

  String text(int column) {
    return new String(bytes(column), StandardCharsets.UTF_8);
  }
}
