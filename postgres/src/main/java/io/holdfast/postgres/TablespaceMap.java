package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code tablespace_map} of a backup: a line for each tablespace, its oid, a space and its
 * location, in which a backslash precedes a line end or a backslash (src/backend/access/transam,
 * do_pg_backup_start and read_tablespace_map).
 */
final class TablespaceMap {
  /** More tablespaces than any cluster has. */
  static final int MAX_BYTES = 16 << 20;

  private TablespaceMap() {}

  /**
   * The tablespaces, without their names.
   *
   * @throws IllegalArgumentException if the bytes are of another form
   */
  static List<Tablespace> parse(byte[] bytes) {
    List<Tablespace> tablespaces = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean escaped = false;
    for (byte b : bytes) {
      if (escaped || (b != '\\' && b != '\n')) {
        line.write(b);
        escaped = false;
      } else if (b == '\\') {
        escaped = true;
      } else {
        tablespaces.add(tablespace(line.toByteArray()));
        line.reset();
      }
    }
    if (line.size() > 0 || escaped) {
      throw new IllegalArgumentException("the last line does not end");
    }
    return tablespaces;
  }

  private static Tablespace tablespace(byte[] line) {
    String text = new String(line, StandardCharsets.ISO_8859_1);
    int space = text.indexOf(' ');
    if (space < 1 || space == line.length - 1) {
      throw new IllegalArgumentException("not a tablespace: " + text);
    }
    BytePath location = BytePath.of(line, space + 1, line.length - space - 1);
    return new Tablespace(Long.parseLong(text.substring(0, space)), "", location);
  }
}
