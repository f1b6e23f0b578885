package io.holdfast.repository;

/** How bytes are compressed before they are sealed; docs/repository-format.md section 6. */
public enum Codec {
  NONE(0),
  ZSTD(1),
  LZ4(2),
  GZIP(3);

  private final int code;

  Codec(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Codec of(int code, String what) {
    for (Codec codec : values()) {
      if (codec.code == code) {
        return codec;
      }
    }
    throw new UnsupportedFormatException(what, "it is compressed with the unknown codec " + code);
  }
}
