package io.holdfast.repository;

/** How a holder proves to be one; docs/repository-format.md section 5.1. */
public enum HolderKind {
  PASSPHRASE("passphrase"),
  KEY_FILE("key file"),
  RECOVERY_KIT("recovery kit");

  private final String text;

  HolderKind(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
