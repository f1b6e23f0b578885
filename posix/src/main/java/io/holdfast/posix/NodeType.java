package io.holdfast.posix;

/** What a node of a file system is, with the bits that say so in its mode. */
public enum NodeType {
  FILE(0100000),
  DIRECTORY(0040000),
  SYMLINK(0120000),
  FIFO(0010000),
  SOCKET(0140000),
  CHAR_DEVICE(0020000),
  BLOCK_DEVICE(0060000);

  private static final int MASK = 0170000;

  private final int bits;

  NodeType(int bits) {
    this.bits = bits;
  }

  /** The bits in the mode. */
  public int bits() {
    return bits;
  }

  /**
   * The type that a mode names.
   *
   * @throws IllegalArgumentException if it names none
   */
  public static NodeType ofMode(int mode) {
    return switch (mode & MASK) {
      case 0100000 -> FILE;
      case 0040000 -> DIRECTORY;
      case 0120000 -> SYMLINK;
      case 0010000 -> FIFO;
      case 0140000 -> SOCKET;
      case 0020000 -> CHAR_DEVICE;
      case 0060000 -> BLOCK_DEVICE;
      default ->
          throw new IllegalArgumentException(
              "no known file type in mode 0" + Integer.toOctalString(mode));
    };
  }
}
