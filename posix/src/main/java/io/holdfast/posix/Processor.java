package io.holdfast.posix;

/**
 * The processors that Linux's numbers are known for. Structures ({@code statx}, {@code dirent64},
 * {@code timespec}, {@code passwd}), error numbers and the number of openat2(2) are the same on
 * both; two flags of open(2) are not (arch/arm64/include/uapi/asm/fcntl.h in Linux).
 */
enum Processor {
  X86_64("amd64", 0200000, 0400000),
  AARCH64("aarch64", 0040000, 0100000);

  private final String javaName;
  private final int directory;
  private final int noFollow;

  Processor(String javaName, int directory, int noFollow) {
    this.javaName = javaName;
    this.directory = directory;
    this.noFollow = noFollow;
  }

  /**
   * The processor of a name.
   *
   * @param name as the system property {@code os.arch} has it
   * @throws UnsupportedOperationException if it is another one: with wrong numbers, links would be
   *     followed that must not be
   */
  static Processor of(String name) {
    for (Processor processor : values()) {
      if (processor.javaName.equals(name)) {
        return processor;
      }
    }
    throw new UnsupportedOperationException(
        "Holdfast runs on Linux on x86-64 and aarch64, not on " + name);
  }

  /** O_DIRECTORY. */
  int directory() {
    return directory;
  }

  /** O_NOFOLLOW. */
  int noFollow() {
    return noFollow;
  }

  /** O_TMPFILE, which has that of O_DIRECTORY in it. */
  int unnamed() {
    return 020000000 | directory;
  }
}
