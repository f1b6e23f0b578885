package io.holdfast.repository;

import java.nio.charset.StandardCharsets;

/**
 * The labels under which keys are derived, besides those of {@link ObjectKind};
 * docs/repository-format.md section 2.
 */
enum KeyLabel {
  WRAP("wrap"),
  HOLDER_KEY("holder key"),
  KEY_FILE("key file"),
  RECOVERY_KIT("recovery kit"),
  HOLDER("holder"),
  EPOCH("epoch"),
  DOMAIN("domain"),
  CHUNK_ID("chunk id"),
  PAGE_HASH("page hash"),
  CHUNK_TABLE("chunk table"),
  WAL_NAME("wal name");

  private final String text;

  KeyLabel(String text) {
    this.text = text;
  }

  /** The info of the derivation. */
  byte[] info() {
    return info(text);
  }

  static byte[] info(String label) {
    return ("holdfast/1/" + label).getBytes(StandardCharsets.US_ASCII);
  }
}
