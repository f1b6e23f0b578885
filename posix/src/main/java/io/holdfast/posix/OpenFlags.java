package io.holdfast.posix;

/** Flags of open(2) on this machine. */
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

  private static final Processor PROCESSOR = Processor.of(System.getProperty("os.arch", ""));
  static final int DIRECTORY = PROCESSOR.directory();
  static final int NO_FOLLOW = PROCESSOR.noFollow();
  static final int UNNAMED = PROCESSOR.unnamed();

  private OpenFlags() {}
}
