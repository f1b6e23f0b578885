package io.holdfast.posix;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A path, or a single name, as the kernel knows it: bytes without NUL. Nothing is normalised; what
 * goes in comes out. The empty path stands for the root of whatever tree it is relative to.
 *
 * <p>Ordered by bytes, unsigned, with '/' before every other byte: the order of a depth-first walk
 * in which siblings are sorted by name.
 */
public final class BytePath implements Comparable<BytePath> {
  /** The empty path. */
  public static final BytePath EMPTY = new BytePath(new byte[0]);

  private static final byte SLASH = '/';

  private final byte[] bytes;

  private BytePath(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The path with these bytes, which are copied.
   *
   * @throws IllegalArgumentException if one of them is NUL
   */
  public static BytePath of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** As {@link #of(byte[])}, of a part of an array. */
  public static BytePath of(byte[] bytes, int offset, int length) {
    return owning(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  /**
   * The UTF-8 form of the text.
   *
   * @throws IllegalArgumentException if the text holds NUL or a lone surrogate
   */
  public static BytePath of(String text) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
      return of(utf8.array(), utf8.arrayOffset(), utf8.limit());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("path is not well-formed text", e);
    }
  }

  /**
   * A path from a command line or a configuration file. A lone surrogate U+DC80 to U+DCFF stands
   * for the byte 0x80 to 0xFF that was not part of valid UTF-8; doubled and trailing slashes are
   * dropped.
   *
   * @throws IllegalArgumentException if the text holds NUL or another lone surrogate
   */
  public static BytePath fromArgument(String text) {
    return owning(PathText.parse(text));
  }

  private static BytePath owning(byte[] bytes) {
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("path holds a NUL byte");
      }
    }
    return bytes.length == 0 ? EMPTY : new BytePath(bytes);
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** The byte at this place, 0 to 255. */
  public int byteAt(int index) {
    return bytes[index] & 0xff;
  }

  /** Whether this is the empty path. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** Whether the path starts with a slash. */
  public boolean isAbsolute() {
    return bytes.length > 0 && bytes[0] == SLASH;
  }

  /** Whether this is one name that can be given to a file: not empty, no slash, not "." or "..". */
  public boolean isName() {
    return indexOfSlash(0) < 0 && isPlainComponent(0, bytes.length);
  }

  /**
   * Whether the path stays below the directory it is relative to, whatever it is: relative, and
   * every component is a name. The empty path does.
   */
  public boolean isBeneath() {
    if (isEmpty()) {
      return true;
    }
    int start = 0;
    for (int slash = indexOfSlash(0); slash >= 0; slash = indexOfSlash(start)) {
      if (!isPlainComponent(start, slash)) {
        return false;
      }
      start = slash + 1;
    }
    return isPlainComponent(start, bytes.length);
  }

  private boolean isPlainComponent(int from, int to) {
    return switch (to - from) {
      case 0 -> false;
      case 1 -> bytes[from] != '.';
      case 2 -> bytes[from] != '.' || bytes[from + 1] != '.';
      default -> true;
    };
  }

  /** This path, a slash and the other; the other alone if this is empty or the other absolute. */
  public BytePath resolve(BytePath other) {
    if (isEmpty() || other.isAbsolute()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    int slash = bytes[bytes.length - 1] == SLASH ? 0 : 1;
    byte[] joined = Arrays.copyOf(bytes, bytes.length + slash + other.bytes.length);
    joined[joined.length - other.bytes.length - 1] = SLASH;
    System.arraycopy(other.bytes, 0, joined, bytes.length + slash, other.bytes.length);
    return new BytePath(joined);
  }

  /** As {@link #resolve(BytePath)}. */
  public BytePath resolve(String other) {
    return resolve(of(other));
  }

  /** What follows the last slash; the whole path if there is none. */
  public BytePath name() {
    int slash = lastIndexOfSlash();
    return slash < 0 ? this : of(bytes, slash + 1, bytes.length - slash - 1);
  }

  /**
   * What precedes the last slash ("/" for a child of it, empty for a single name); null for the
   * empty path and "/".
   */
  public @Nullable BytePath parent() {
    int slash = lastIndexOfSlash();
    if (slash < 0) {
      return isEmpty() ? null : EMPTY;
    }
    if (slash == 0) {
      return bytes.length == 1 ? null : of(bytes, 0, 1);
    }
    return of(bytes, 0, slash);
  }

  /**
   * The components between slashes, in order; none for the empty path. A leading slash gives an
   * empty first one.
   */
  public Iterable<BytePath> components() {
    return isEmpty() ? List.of() : Components::new;
  }

  private final class Components implements Iterator<BytePath> {
    private int start;

    @Override
    public boolean hasNext() {
      return start <= bytes.length;
    }

    @Override
    public BytePath next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int slash = indexOfSlash(start);
      int end = slash < 0 ? bytes.length : slash;
      BytePath component = of(bytes, start, end - start);
      start = end + 1;
      return component;
    }
  }

  /** Whether this is the other path or lies below it. */
  public boolean startsWith(BytePath other) {
    int length = other.bytes.length;
    return length == 0
        || (length <= bytes.length
            && Arrays.equals(bytes, 0, length, other.bytes, 0, length)
            && (length == bytes.length
                || bytes[length] == SLASH
                || other.bytes[length - 1] == SLASH));
  }

  private int indexOfSlash(int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == SLASH) {
        return i;
      }
    }
    return -1;
  }

  private int lastIndexOfSlash() {
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] == SLASH) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int compareTo(BytePath other) {
    int at = Arrays.mismatch(bytes, other.bytes);
    if (at < 0) {
      return 0;
    }
    if (at == bytes.length || at == other.bytes.length) {
      return Integer.compare(bytes.length, other.bytes.length);
    }
    return Integer.compare(rank(bytes[at]), rank(other.bytes[at]));
  }

  private static int rank(byte b) {
    return b == SLASH ? 0 : b & 0xff;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BytePath path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * For people: text where the bytes are printable UTF-8; other bytes, control characters and
   * backslashes as \xNN. Different paths have different texts.
   */
  @Override
  public String toString() {
    return PathText.show(bytes);
  }
}
