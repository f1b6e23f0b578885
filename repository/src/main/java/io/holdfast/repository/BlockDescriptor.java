package io.holdfast.repository;

/**
 * How one sealed block of a pack is stored; docs/repository-format.md section 7.
 *
 * @param codec code of the compression
 * @param filter code of the preparation before it
 * @param plainLength bytes before both
 * @param sealedLength bytes in the pack, tag included
 */
record BlockDescriptor(int codec, int filter, int plainLength, int sealedLength) {
  /** Plain bytes that a block has at most. */
  static final int MAX_PLAIN = 1 << 20;

  /** Sealed bytes that a block has at most: incompressible data, a little overhead, the tag. */
  static final int MAX_SEALED = MAX_PLAIN + (64 << 10);

  /** Bytes of an encoded descriptor at the least. */
  static final int MIN_ENCODED = 4;

  void encode(Encoder out) {
    out.u8(codec).u8(filter).varint(plainLength).varint(sealedLength);
  }

  static BlockDescriptor decode(Decoder in) {
    return new BlockDescriptor(in.u8(), in.u8(), in.size(MAX_PLAIN), in.size(MAX_SEALED));
  }
}
