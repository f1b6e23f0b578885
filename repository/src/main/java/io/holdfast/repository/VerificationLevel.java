package io.holdfast.repository;

/** How deep a verification looks. Each level does what those before it do. */
public enum VerificationLevel {
  /** Every object that is needed is there with its size; every record opens. */
  OBJECTS(1),
  /** The bytes of every pack have the hash that names it; needs no key. */
  HASHES(2),
  /** Every chunk decrypts, decompresses and has its id; everything backups refer to exists. */
  CONTENT(3);

  private final int number;

  VerificationLevel(int number) {
    this.number = number;
  }

  /** 1 to 3, as on the command line. */
  public int number() {
    return number;
  }

  /**
   * @throws IllegalArgumentException unless the number is 1 to 3
   */
  public static VerificationLevel of(int number) {
    for (VerificationLevel level : values()) {
      if (level.number == number) {
        return level;
      }
    }
    throw new IllegalArgumentException("there is no verification level " + number);
  }
}
