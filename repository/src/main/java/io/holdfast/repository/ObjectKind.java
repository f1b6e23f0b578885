package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.ObjectTooLargeException;

/**
 * What an object is, and the label of the key that seals it; docs/repository-format.md section 4.
 */
enum ObjectKind {
  KEY(1, "key", 128 << 10),
  EPOCH(2, "epoch", 1 << 10),
  DATA_PACK(3, "pack", 64 << 20),
  METADATA_PACK(4, "manifest", 64 << 20),
  INDEX(5, "index", 97 << 20),
  BACKUP(6, "record", Sizes.RECORD),
  RUN(7, "run", Sizes.RECORD),
  SESSION(8, "session", Sizes.RECORD),
  TOMBSTONE(9, "tombstone", Sizes.RECORD),
  REMOVAL(10, "removal", Sizes.RECORD),
  HOLD(11, "hold", Sizes.RECORD),
  ERASURE(12, "erasure", Sizes.RECORD),
  AUDIT(13, "audit", Sizes.RECORD),
  WAL_SEGMENT(14, "wal", 64 << 20),
  WAL_PART(15, "wal", 64 << 20),
  WAL_LOG(16, "wal", Sizes.RECORD),
  WAL_HISTORY(17, "wal", 2 << 20),
  WAL_PERIOD(18, "wal", 64 << 10);

  private final int code;
  private final String label;
  private final int maximumSize;

  private static final class Sizes {
    /** Of the plain bytes of a record, sealed without compression. */
    static final int RECORD = (4 << 20) + (64 << 10);
  }

  ObjectKind(int code, String label, int maximumSize) {
    this.code = code;
    this.label = label;
    this.maximumSize = maximumSize;
  }

  /**
   * Reads an object of this kind whole.
   *
   * @throws CorruptObjectException when it has more bytes than one of this kind may have; then
   *     nothing was allocated for it
   */
  byte[] read(ObjectStore store, ObjectName name) {
    return read(store, name, maximumSize);
  }

  /** As above, of an object that has no kind. */
  static byte[] read(ObjectStore store, ObjectName name, int maximumSize) {
    try {
      return store.get(name, maximumSize);
    } catch (ObjectTooLargeException e) {
      throw new CorruptObjectException(name.value(), "it is larger than such an object may be");
    }
  }

  int code() {
    return code;
  }

  /** Bytes that an object of this kind has at most; docs/repository-format.md section 2. */
  int maximumSize() {
    return maximumSize;
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
