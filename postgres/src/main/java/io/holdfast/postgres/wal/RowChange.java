package io.holdfast.postgres.wal;

import org.jspecify.annotations.Nullable;

/**
 * A row was updated or deleted, as a record of the resource manager Heap says (heapam_xlog.h). It
 * counts once its transaction is committed.
 *
 * @param xid of the transaction or subtransaction
 * @param relation the file of the table
 * @param before where the version lies that it ends
 * @param after where the new version lies; null if there is none in this table
 */
public record RowChange(long xid, RelationId relation, RowPlace before, @Nullable RowPlace after) {
  private static final int HEAP = 10;
  private static final int OPERATION = 0x70;
  private static final int DELETE = 0x10;
  private static final int UPDATE = 0x20;
  private static final int HOT_UPDATE = 0x40;
  private static final int DELETE_OF_SPECULATION = 0x08;

  /**
   * Reads what a record says of a row.
   *
   * @return null if it changes none
   * @throws MalformedRecordException if it is not made as the server makes it
   */
  public static @Nullable RowChange of(WalRecord record) throws MalformedRecordException {
    if (record.resourceManager() != HEAP) {
      return null;
    }
    return switch (record.info() & OPERATION) {
      case DELETE -> delete(record, false);
      case UPDATE, HOT_UPDATE -> update(record);
      default -> null;
    };
  }

  /**
   * Reads where an INSERT ON CONFLICT took back what it had inserted, because somebody else's row
   * with that key came first.
   *
   * @return null if the record is none of these
   * @throws MalformedRecordException if it is not made as the server makes it
   */
  public static @Nullable RowChange takenBack(WalRecord record) throws MalformedRecordException {
    boolean isDelete = record.resourceManager() == HEAP && (record.info() & OPERATION) == DELETE;
    return isDelete ? delete(record, true) : null;
  }

  /** Of xl_heap_delete: xmax, offset, bits, flags. */
  private static @Nullable RowChange delete(WalRecord record, boolean ofSpeculation)
      throws MalformedRecordException {
    RecordParts parts = RecordParts.of(record);
    RecordCursor in = parts.main();
    in.skip(Integer.BYTES);
    int offset = in.u16();
    in.skip(1);
    int flags = in.u8();
    if (((flags & DELETE_OF_SPECULATION) != 0) != ofSpeculation) {
      return null;
    }
    return new RowChange(
        record.xid(), relation(record, parts), new RowPlace(parts.firstBlock(), offset), null);
  }

  /** Of xl_heap_update: old xmax, old offset, bits, flags, new xmax, new offset. */
  private static RowChange update(WalRecord record) throws MalformedRecordException {
    RecordParts parts = RecordParts.of(record);
    RecordCursor in = parts.main();
    in.skip(Integer.BYTES);
    int before = in.u16();
    in.skip(2 + Integer.BYTES);
    int after = in.u16();
    long newBlock = parts.firstBlock();
    long oldBlock = parts.secondBlock() < 0 ? newBlock : parts.secondBlock();
    return new RowChange(
        record.xid(),
        relation(record, parts),
        new RowPlace(oldBlock, before),
        new RowPlace(newBlock, after));
  }

  private static RelationId relation(WalRecord record, RecordParts parts)
      throws MalformedRecordException {
    RelationId relation = parts.firstRelation();
    if (relation == null || parts.firstBlock() < 0) {
      throw new MalformedRecordException(record, "changes a row of no table");
    }
    return relation;
  }
}
