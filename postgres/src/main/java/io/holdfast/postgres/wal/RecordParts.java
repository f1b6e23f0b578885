package io.holdfast.postgres.wal;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a record: headers come first, one for each block that it changes and one for its
 * main data, then what they announce, the main data last (xlogrecord.h; DecodeXLogRecord).
 *
 * @param firstRelation of the first block; null if it changes none
 * @param firstBlock number of the block with the id 0; -1 if there is none
 * @param secondBlock number of the block with the id 1; -1 if there is none
 * @param main its main data, or what was kept of it
 */
record RecordParts(
    @Nullable RelationId firstRelation, long firstBlock, long secondBlock, RecordCursor main) {
  private static final int LAST_BLOCK = 32;
  private static final int TOPLEVEL_XID = 252;
  private static final int ORIGIN = 253;
  private static final int DATA_LONG = 254;
  private static final int DATA_SHORT = 255;

  private static final int HAS_IMAGE = 0x10;
  private static final int SAME_RELATION = 0x80;
  private static final int IMAGE_HAS_HOLE = 0x01;
  private static final int IMAGE_COMPRESSED = 0x04 | 0x08 | 0x10;

  static RecordParts of(WalRecord record) throws MalformedRecordException {
    long length = record.length() - WalRecord.HEADER;
    RecordCursor in = new RecordCursor(record, 0, record.payloadLength());
    RelationId first = null;
    long[] blocks = {-1, -1};
    long announced = 0;
    long main = 0;
    while (length - in.position() > announced) {
      int id = in.u8();
      switch (id) {
        case DATA_SHORT -> main = in.u8();
        case DATA_LONG -> main = in.u32();
        case ORIGIN -> in.skip(Short.BYTES);
        case TOPLEVEL_XID -> in.skip(Integer.BYTES);
        default -> {
          if (id > LAST_BLOCK) {
            throw new MalformedRecordException(record, "has a part of the unknown kind " + id);
          }
          int flags = in.u8();
          announced += in.u16();
          if ((flags & HAS_IMAGE) != 0) {
            announced += imageLength(in);
          }
          if ((flags & SAME_RELATION) == 0) {
            RelationId relation = in.relation();
            first = first == null ? relation : first;
          }
          long block = in.u32();
          if (id < blocks.length) {
            blocks[id] = block;
          }
        }
      }
      if (id == DATA_SHORT || id == DATA_LONG) {
        announced += main;
      }
    }
    if (length - in.position() != announced) {
      throw new MalformedRecordException(record, "has not the length of its parts");
    }
    int start = (int) Math.min(length - main, record.payloadLength());
    return new RecordParts(
        first, blocks[0], blocks[1], new RecordCursor(record, start, record.payloadLength()));
  }

  private static int imageLength(RecordCursor in) throws MalformedRecordException {
    int length = in.u16();
    in.skip(Short.BYTES); // where its hole is
    int info = in.u8();
    if ((info & IMAGE_HAS_HOLE) != 0 && (info & IMAGE_COMPRESSED) != 0) {
      in.skip(Short.BYTES);
    }
    return length;
  }
}
