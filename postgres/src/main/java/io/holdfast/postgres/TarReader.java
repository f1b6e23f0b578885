package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.util.Optional;

/**
 * Reads the tar archives that a server sends, one header of 512 bytes before each file (POSIX.1
 * ustar; written by src/port/tar.c, which uses neither prefixes nor extensions but for large
 * numbers). Names are bytes. For one thread.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 100;
  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int MODIFIED = 136;
  private static final int CHECKSUM = 148;
  private static final int TYPE = 156;
  private static final int LINK = 157;
  private static final int MAGIC = 257;

  /** Where the bytes of an archive come from. */
  @FunctionalInterface
  interface Source {
    /** Reads some bytes; -1 at the end of the archive. */
    int read(byte[] buffer, int offset, int length);
  }

  /** What a header says. */
  record Member(
      BytePath name,
      char type,
      int mode,
      long uid,
      long gid,
      long size,
      long modified,
      BytePath link) {
    static final char FILE = '0';
    static final char SYMLINK = '2';
    static final char DIRECTORY = '5';
  }

  private final Source source;
  private final String where;
  private final byte[] block = new byte[BLOCK];
  private long left;
  private int padding;

  /**
   * @param where which archive of which server, for messages
   */
  TarReader(Source source, String where) {
    this.source = source;
    this.where = where;
  }

  /** The next member; what was not read of the one before is skipped. Nothing at the end. */
  Optional<Member> next() {
    skipMember();
    readBlock();
    if (isZero()) {
      readBlock();
      if (!isZero()) {
        throw damaged("a single block of zeros");
      }
      if (source.read(block, 0, BLOCK) > 0) {
        throw damaged("bytes behind its end");
      }
      return Optional.empty();
    }
    Member member = parse();
    left = member.size();
    padding = (int) (-left & (BLOCK - 1));
    return Optional.of(member);
  }

  /** Reads some bytes of the current member; -1 at its end. */
  int read(byte[] buffer, int offset, int length) {
    if (left == 0) {
      return -1;
    }
    int n = source.read(buffer, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw damaged("an end within a file");
    }
    left -= n;
    return n;
  }

  private void skipMember() {
    byte[] sink = new byte[left > 0 ? 1 << 16 : BLOCK];
    while (left > 0) {
      read(sink, 0, sink.length);
    }
    readFully(sink, padding);
    padding = 0;
  }

  private void readBlock() {
    readFully(block, BLOCK);
  }

  private void readFully(byte[] into, int length) {
    int n = 0;
    while (n < length) {
      int read = source.read(into, n, length - n);
      if (read < 0) {
        throw damaged("no end mark");
      }
      n += read;
    }
  }

  private boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private Member parse() {
    if (number(CHECKSUM, 8) != checksum()) {
      throw damaged("a header with a wrong checksum");
    }
    if (block[MAGIC] != 'u' || block[MAGIC + 1] != 's' || block[MAGIC + 4] != 'r') {
      throw damaged("a header that is not ustar");
    }
    char type = block[TYPE] == 0 ? Member.FILE : (char) block[TYPE];
    if (type != Member.FILE && type != Member.SYMLINK && type != Member.DIRECTORY) {
      throw damaged("a member of type '" + type + "'");
    }
    long size = number(SIZE, 12);
    if (size < 0 || (size > 0 && type != Member.FILE)) {
      throw damaged("a member of size " + size);
    }
    return new Member(
        name(),
        type,
        (int) number(MODE, 8) & 07777,
        number(UID, 8),
        number(GID, 8),
        size,
        number(MODIFIED, 12),
        BytePath.of(block, LINK, lengthOf(LINK, NAME_LENGTH)));
  }

  private BytePath name() {
    int from = NAME;
    int to = NAME + lengthOf(NAME, NAME_LENGTH);
    if (to - from > 2 && block[from] == '.' && block[from + 1] == '/') {
      from += 2;
    }
    if (to > from && block[to - 1] == '/') {
      to--;
    }
    BytePath name = BytePath.of(block, from, to - from);
    if (name.isEmpty() || !name.isBeneath()) {
      throw damaged("a member named \"" + name + "\"");
    }
    return name;
  }

  private int lengthOf(int from, int most) {
    int length = 0;
    while (length < most && block[from + length] != 0) {
      length++;
    }
    return length;
  }

  /** Octal digits ended by a space or NUL, or for large values a byte 0x80 and the value. */
  private long number(int from, int length) {
    if ((block[from] & 0x80) != 0) {
      long value = 0;
      for (int i = Math.max(1, length - 8); i < length; i++) {
        value = value << 8 | (block[from + i] & 0xFF);
      }
      return value;
    }
    long value = 0;
    for (int i = from; i < from + length && block[i] != ' ' && block[i] != 0; i++) {
      int digit = block[i] - '0';
      if (digit < 0 || digit > 7) {
        throw damaged("a header with a damaged number");
      }
      value = value << 3 | digit;
    }
    return value;
  }

  private long checksum() {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : block[i] & 0xFF;
    }
    return sum;
  }

  private ServerProtocolException damaged(String how) {
    return new ServerProtocolException(where + " is damaged: it has " + how);
  }
}
