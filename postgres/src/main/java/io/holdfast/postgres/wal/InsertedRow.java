package io.holdfast.postgres.wal;

import io.holdfast.postgres.heap.HeapPage;
import io.holdfast.postgres.heap.StoredRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A row that was inserted, as a record of the resource managers Heap and Heap2 says
 * (heapam_xlog.h): by itself, or with others at once. It counts once its transaction is committed.
 *
 * @param xid of the transaction or subtransaction
 * @param relation the file of the table
 * @param row what it holds; valid as long as the record is
 */
public record InsertedRow(long xid, RelationId relation, RowPlace place, StoredRow row) {
  private static final int HEAP2 = 9;
  private static final int HEAP = 10;
  private static final int OPERATION = 0x70;
  private static final int INSERT = 0x00;
  private static final int MULTI_INSERT = 0x50;
  private static final int NEW_PAGE = 0x80;

  /** Of xl_heap_header: two masks, and where the values begin. */
  private static final int ROW_HEADER = 5;

  /**
   * Reads what a record inserts into tables that are wanted.
   *
   * @throws MalformedRecordException if it is not made as the server makes it
   */
  public static List<InsertedRow> of(WalRecord record, Predicate<RelationId> wanted)
      throws MalformedRecordException {
    int operation = record.info() & OPERATION;
    boolean one = record.resourceManager() == HEAP && operation == INSERT;
    boolean many = record.resourceManager() == HEAP2 && operation == MULTI_INSERT;
    if (!one && !many) {
      return List.of();
    }
    RecordParts parts = RecordParts.of(record);
    RelationId relation = parts.firstRelation();
    if (relation == null || parts.firstBlock() < 0) {
      throw new MalformedRecordException(record, "inserts into no table");
    }
    if (!wanted.test(relation)) {
      return List.of();
    }
    List<Integer> offsets = one ? List.of(parts.main().u16()) : offsets(record, parts.main());
    PageImage image = parts.image();
    return image != null && parts.data().remaining() == 0
        ? inImage(record, parts, relation, image, offsets)
        : inData(record, parts, relation, offsets, one);
  }

  /** Of xl_heap_multi_insert: flags, how many, their numbers unless the page is new. */
  private static List<Integer> offsets(WalRecord record, RecordCursor in)
      throws MalformedRecordException {
    in.skip(2);
    int count = in.u16();
    List<Integer> offsets = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      offsets.add((record.info() & NEW_PAGE) != 0 ? i : in.u16());
    }
    return offsets;
  }

  private static List<InsertedRow> inImage(
      WalRecord record,
      RecordParts parts,
      RelationId relation,
      PageImage image,
      List<Integer> offsets)
      throws MalformedRecordException {
    byte[] page = image.restore(record);
    List<InsertedRow> rows = new ArrayList<>();
    for (int offset : offsets) {
      StoredRow row = HeapPage.row(page, offset);
      if (row == null) {
        throw new MalformedRecordException(record, "inserts a row that its page does not have");
      }
      rows.add(place(record, parts, relation, offset, row));
    }
    return rows;
  }

  /**
   * Each has a header: of several its length first, at even places, then what it says of itself.
   */
  private static List<InsertedRow> inData(
      WalRecord record, RecordParts parts, RelationId relation, List<Integer> offsets, boolean one)
      throws MalformedRecordException {
    RecordCursor in = parts.data();
    int begin = in.position();
    List<InsertedRow> rows = new ArrayList<>();
    for (int offset : offsets) {
      if (!one) {
        in.skip((in.position() - begin) & 1);
      }
      int length = one ? in.remaining() - ROW_HEADER : in.u16();
      int infomask2 = in.u16();
      int infomask = in.u16();
      int hoff = in.u8();
      int at = in.position();
      in.skip(length);
      StoredRow row = StoredRow.of(record.payload(), at, in.position(), infomask2, infomask, hoff);
      rows.add(place(record, parts, relation, offset, row));
    }
    return rows;
  }

  private static InsertedRow place(
      WalRecord record, RecordParts parts, RelationId relation, int offset, StoredRow row) {
    return new InsertedRow(record.xid(), relation, new RowPlace(parts.firstBlock(), offset), row);
  }
}
