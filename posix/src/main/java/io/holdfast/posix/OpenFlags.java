package io.holdfast.posix;

/** Flags of open(2); four of them differ between x86-64 and aarch64. */
final class OpenFlags {
  static final int READ_ONLY = 0;
  static final int WRITE_ONLY = 1;
  static final int READ_WRITE = 2;
  static final int CREATE = 0100;
  static final int EXCLUSIVE = 0200;
  static final int NO_CONTROLLING_TERMINAL = 0400;
  static final int NON_BLOCKING = 04000;
  static final int NO_ACCESS_TIME = 01000000;
  static final int CLOSE_ON_EXEC = 02000000;
  static final int PATH = 010000000;

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  static final int DIRECTORY = ARM ? 040000 : 0200000;
  static final int NO_FOLLOW = ARM ? 0100000 : 0400000;
  static final int UNNAMED = 020000000 | DIRECTORY;

  private OpenFlags() {}
}
