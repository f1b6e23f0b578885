package io.holdfast.cli;

import io.holdfast.posix.NodeType;

/** Type and permissions as {@code ls -l} writes them. */
final class FileMode {
  private FileMode() {}

  static String text(NodeType type, int mode) {
    char kind =
        switch (type) {
          case FILE -> '-';
          case DIRECTORY -> 'd';
          case SYMLINK -> 'l';
          case FIFO -> 'p';
          case SOCKET -> 's';
          case CHAR_DEVICE -> 'c';
          case BLOCK_DEVICE -> 'b';
        };
    return kind
        + triple(mode >> 6, (mode & 04000) != 0, 's')
        + triple(mode >> 3, (mode & 02000) != 0, 's')
        + triple(mode, (mode & 01000) != 0, 't');
  }

  private static String triple(int bits, boolean special, char letter) {
    boolean executable = (bits & 1) != 0;
    char last =
        special ? (executable ? letter : Character.toUpperCase(letter)) : (executable ? 'x' : '-');
    return "" + ((bits & 4) != 0 ? 'r' : '-') + ((bits & 2) != 0 ? 'w' : '-') + last;
  }
}
