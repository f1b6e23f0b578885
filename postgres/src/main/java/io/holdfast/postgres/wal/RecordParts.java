package io.holdfast.postgres.wal;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a record: headers come first, one for each block that it changes and one for its
 * main data, then what they announce, the main data last (xlogrecord.h; DecodeXLogRecord).
 *
 * @param firstRelation of the first block; null if it changes none
 * @param firstBlock number of the block with the id 0; -1 if there is none
 * @param secondBlock number of the block with the id 1; -1 if there is none
 * @param image the page of the block with the id 0; null if the record has none
 * @param data what else it says of that block
 * @param main its main data, or what was kept of it
 */
record RecordParts(
    @Nullable RelationId firstRelation,
    long firstBlock,
    long secondBlock,
    @Nullable PageImage image,
    RecordCursor data,
    RecordCursor main) {
  private static final int LAST_BLOCK = 32;
  private static final int TOPLEVEL_XID = 252;
  private static final int ORIGIN = 253;
  private static final int DATA_LONG = 254;
  private static final int DATA_SHORT = 255;

  private static final int HAS_IMAGE = 0x10;
  private static final int SAME_RELATION = 0x80;

  static RecordParts of(WalRecord record) throws MalformedRecordException {
    long total = record.length() - WalRecord.HEADER;
    RecordCursor in = new RecordCursor(record, 0, record.payloadLength());
    RelationId first = null;
    long[] blocks = {-1, -1};
    PageImage image = null; // at first as if what the headers announce began at 0
    long dataAt = 0;
    int dataLength = 0;
    long announced = 0;
    long main = 0;
    while (total - in.position() > announced) {
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
          int length = in.u16();
          PageImage here = (flags & HAS_IMAGE) == 0 ? null : image(in, announced);
          announced += here == null ? 0 : here.length();
          if (id == 0) {
            image = here;
            dataAt = announced;
            dataLength = length;
          }
          announced += length;
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
    if (total - in.position() != announced) {
      throw new MalformedRecordException(record, "has not the length of its parts");
    }
    int headers = in.position();
    return new RecordParts(
        first,
        blocks[0],
        blocks[1],
        image == null ? null : image.behind(headers),
        cursor(record, headers + dataAt, dataLength),
        cursor(record, total - main, main));
  }

  /** Over a part, as far as it was kept. */
  private static RecordCursor cursor(WalRecord record, long from, long length) {
    int kept = record.payloadLength();
    return new RecordCursor(
        record, (int) Math.min(from, kept), (int) Math.min(from + length, kept));
  }

  private static PageImage image(RecordCursor in, long at) throws MalformedRecordException {
    int length = in.u16();
    int holeAt = in.u16();
    int info = in.u8();
    boolean hasHole = (info & PageImage.HAS_HOLE) != 0;
    boolean says = hasHole && (info & PageImage.COMPRESSED) != 0;
    int holeLength = says ? in.u16() : hasHole ? -1 : 0;
    return new PageImage((int) Math.min(at, WalRecord.MOST_KEPT), length, holeAt, holeLength, info);
  }
}
