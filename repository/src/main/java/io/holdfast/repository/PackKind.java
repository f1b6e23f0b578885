package io.holdfast.repository;

/** Packs of data and packs of metadata are kept apart; docs/repository-format.md section 7. */
enum PackKind {
  DATA(3),
  METADATA(4);

  private final int code;

  PackKind(int code) {
    this.code = code;
  }

  /** The kind of the object, as in its header and in index objects. */
  int code() {
    return code;
  }

  static PackKind of(int code, String what) {
    for (PackKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new CorruptObjectException(what, "there is no kind of pack " + code);
  }
}
