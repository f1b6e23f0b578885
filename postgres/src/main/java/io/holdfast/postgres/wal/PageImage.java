package io.holdfast.postgres.wal;

import io.holdfast.postgres.heap.HeapPage;
import io.holdfast.repository.Codec;
import io.holdfast.repository.Compression;
import io.holdfast.repository.CorruptObjectException;

/**
 * A page as a record holds it: without the free space in its middle, and maybe compressed
 * (XLogRecordBlockImageHeader in xlogrecord.h, RestoreBlockImage).
 *
 * @param at where in the payload its bytes begin
 * @param length of them
 * @param holeAt where the free space was
 * @param holeLength how much of it; -1 if that follows from the length
 * @param info which compression
 */
record PageImage(int at, int length, int holeAt, int holeLength, int info) {
  static final int HAS_HOLE = 0x01;
  static final int COMPRESSED = 0x04 | 0x08 | 0x10;
  private static final int BY_PGLZ = 0x04;
  private static final int BY_LZ4 = 0x08;

  /** As it lies when so much comes before it. */
  PageImage behind(int before) {
    return new PageImage(before + at, length, holeAt, holeLength, info);
  }

  /** The page. */
  byte[] restore(WalRecord record) throws MalformedRecordException {
    if (at < 0 || length > record.payloadLength() - at) {
      throw new MalformedRecordException(record, "ends amid an image of a page");
    }
    int hole = holeLength >= 0 ? holeLength : HeapPage.SIZE - length;
    if (hole < 0 || holeAt < 0 || holeAt > HeapPage.SIZE - hole) {
      throw new MalformedRecordException(record, "has an image that is no page");
    }
    byte[] kept = expand(record, HeapPage.SIZE - hole);
    byte[] page = new byte[HeapPage.SIZE];
    System.arraycopy(kept, 0, page, 0, holeAt);
    System.arraycopy(kept, holeAt, page, holeAt + hole, kept.length - holeAt);
    return page;
  }

  private byte[] expand(WalRecord record, int size) throws MalformedRecordException {
    byte[] out = new byte[size];
    if ((info & BY_PGLZ) != 0) {
      if (!Pglz.expand(record.payload(), at, length, out)) {
        throw new MalformedRecordException(record, "has an image that does not decompress");
      }
      return out;
    }
    Codec codec =
        (info & COMPRESSED) == 0 ? Codec.NONE : (info & BY_LZ4) != 0 ? Codec.LZ4 : Codec.ZSTD;
    try {
      return Compression.decompress(codec, record.payload(), at, length, size, "an image");
    } catch (CorruptObjectException e) {
      throw new MalformedRecordException(
          record, "has an image that does not decompress: " + e.getMessage());
    }
  }
}
