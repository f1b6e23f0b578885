package io.holdfast.repository;

/**
 * Where a chunk lies in its pack: from {@code offset} in the plain bytes of {@code firstBlock}, and
 * on into the next blocks; docs/repository-format.md section 7.
 */
record PlacedChunk(ChunkId id, ChunkKind kind, int firstBlock, int offset, int length) {
  /** Bytes that a chunk has at most. */
  static final int MAX_LENGTH = 4 << 20;

  /** Bytes of an encoded chunk at the least. */
  static final int MIN_ENCODED = ChunkId.LENGTH + 4;

  void encode(Encoder out) {
    out.bytes(id.rawBytes()).u8(kind.code()).varint(firstBlock).varint(offset).varint(length);
  }

  static PlacedChunk decode(Decoder in) {
    return new PlacedChunk(
        ChunkId.read(in),
        ChunkKind.read(in),
        in.size(PackDirectory.MAX_BLOCKS),
        in.size(BlockDescriptor.MAX_PLAIN),
        in.size(MAX_LENGTH));
  }
}
