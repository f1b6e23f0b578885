package io.holdfast.repository;

/**
 * What an object is, and the label of the key that seals it; docs/repository-format.md section 4.
 */
enum ObjectKind {
  KEY(1, "key"),
  EPOCH(2, "epoch"),
  DATA_PACK(3, "pack"),
  METADATA_PACK(4, "manifest"),
  INDEX(5, "index"),
  BACKUP(6, "record"),
  RUN(7, "run"),
  SESSION(8, "session"),
  TOMBSTONE(9, "tombstone"),
  REMOVAL(10, "removal"),
  HOLD(11, "hold"),
  ERASURE(12, "erasure"),
  AUDIT(13, "audit"),
  WAL_SEGMENT(14, "wal"),
  WAL_PART(15, "wal");

  private final int code;
  private final String label;

  ObjectKind(int code, String label) {
    this.code = code;
    this.label = label;
  }

  int code() {
    return code;
  }

  /** The label under which keys of such objects are derived from an epoch key. */
  String label() {
    return label;
  }

  static ObjectKind of(PackKind pack) {
    return switch (pack) {
      case DATA -> DATA_PACK;
      case METADATA -> METADATA_PACK;
    };
  }

  static ObjectKind read(Decoder in) {
    int code = in.u8();
    if (code < 1 || code > values().length) {
      throw in.damaged("there is no object kind " + code);
    }
    return values()[code - 1];
  }
}
