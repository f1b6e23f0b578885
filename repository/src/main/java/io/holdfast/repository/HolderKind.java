package io.holdfast.repository;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a holder proves to be one; docs/repository-format.md section 5.1. */
public enum HolderKind {
  @JsonProperty("passphrase")
  PASSPHRASE("passphrase"),
  @JsonProperty("key file")
  KEY_FILE("key file"),
  @JsonProperty("recovery kit")
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
