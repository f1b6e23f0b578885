package io.holdfast.repository;

/** What a chunk holds; docs/repository-format.md section 9. */
public enum ChunkKind {
  /** Content of files. */
  BYTES(1),
  /** Database pages. */
  PAGES(2),
  /** The page hashes of a chunk of pages. */
  PAGE_HASHES(3),
  MANIFEST_NODE(4),
  CONTENT_NODE(5);

  private final int code;

  ChunkKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The kind of pack in which chunks of this kind lie. */
  PackKind pack() {
    return switch (this) {
      case BYTES, PAGES -> PackKind.DATA;
      case PAGE_HASHES, MANIFEST_NODE, CONTENT_NODE -> PackKind.METADATA;
    };
  }

  static ChunkKind read(Decoder in) {
    return of(in.u8(), in.what());
  }

  static ChunkKind of(int code, String what) {
    for (ChunkKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new CorruptObjectException(what, "there is no chunk kind " + code);
  }
}
