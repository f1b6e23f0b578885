package io.holdfast.postgres.wal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A log that a test writes itself, record by record, from the start of a segment on. */
final class MadeWal implements WalSegments {
  static final WalFormat FORMAT =
      new WalFormat(18, new SystemIdentifier(7_654_321_098_765_432_109L), 1 << 20, 8192);
  static final long FIRST_SEGMENT = 5;
  private static final int CONTINUES = 1;
  private static final int LONG = 2;
  private static final int OVERWRITES = 8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private Lsn previous = Lsn.NONE;
  private int nextFlags;

  /** Where the log starts. */
  static Lsn start() {
    return new Lsn(FIRST_SEGMENT * FORMAT.segmentSize());
  }

  private Lsn position() {
    return start().plus(bytes.size());
  }

  /** Behind the last record, as the server counts: where the next may start. */
  Lsn end() {
    return new Lsn((position().value() + 7) & -8);
  }

  /**
   * Writes a record with a right checksum.
   *
   * @return where it starts
   */
  Lsn add(int resourceManager, int info, int xid, byte[] payload) {
    align();
    Lsn at = position();
    write(record(resourceManager, info, xid, payload), Integer.MAX_VALUE);
    previous = at;
    return at;
  }

  /** Ends the segment, as pg_switch_wal does. */
  void addSwitch() {
    add(0, 0x40, 0, new byte[0]);
    bytes.writeBytes(new byte[-bytes.size() & (FORMAT.segmentSize() - 1)]);
  }

  /** Writes a record up to the end of its page, and gives it up, as a crash does. */
  void addGivenUp() {
    align();
    int room = FORMAT.pageSize() - bytes.size() % FORMAT.pageSize();
    write(record(21, 0, 1, new byte[FORMAT.pageSize()]), room);
    nextFlags = OVERWRITES;
  }

  private void align() {
    while (bytes.size() % 8 != 0) {
      bytes.write(0);
    }
    enterPage(0);
  }

  private byte[] record(int resourceManager, int info, int xid, byte[] payload) {
    ByteBuffer record =
        ByteBuffer.allocate(WalRecord.HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(record.capacity()).putInt(xid).putLong(previous.value());
    record.put((byte) info).put((byte) resourceManager).putShort((short) 0).putInt(0);
    record.put(payload);
    CRC32C crc = new CRC32C();
    crc.update(payload);
    crc.update(record.array(), 0, WalRecord.CHECKSUM_AT);
    record.putInt(WalRecord.CHECKSUM_AT, (int) crc.getValue());
    return record.array();
  }

  private void write(byte[] record, int most) {
    int done = 0;
    while (done < Math.min(record.length, most)) {
      enterPage(record.length - done);
      int room = FORMAT.pageSize() - bytes.size() % FORMAT.pageSize();
      int part = Math.min(room, record.length - done);
      bytes.write(record, done, part);
      done += part;
    }
  }

  /** Writes the header of a page, if one starts here. */
  private void enterPage(int remaining) {
    if (bytes.size() % FORMAT.pageSize() != 0) {
      return;
    }
    boolean first = bytes.size() % FORMAT.segmentSize() == 0;
    ByteBuffer header = ByteBuffer.allocate(first ? 40 : 24).order(ByteOrder.LITTLE_ENDIAN);
    int flags = (first ? LONG : 0) | nextFlags;
    flags |= remaining > 0 && bytes.size() > 0 ? CONTINUES : 0;
    nextFlags = 0;
    header.putShort((short) FORMAT.magic()).putShort((short) flags).putInt(1);
    header.putLong(position().value()).putInt((flags & CONTINUES) == 0 ? 0 : remaining).putInt(0);
    if (first) {
      header.putLong(FORMAT.system().value()).putInt(FORMAT.segmentSize());
      header.putInt(FORMAT.pageSize());
    }
    bytes.writeBytes(header.array());
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  @Override
  public Optional<InputStream> open(long number) {
    return open(toBytes(), number); // each time as it is by then
  }

  /** A segment of such a log. */
  static Optional<InputStream> open(byte[] log, long number) {
    long from = (number - FIRST_SEGMENT) * FORMAT.segmentSize();
    if (from < 0 || from >= log.length) {
      return Optional.empty();
    }
    int length = (int) Math.min(FORMAT.segmentSize(), log.length - from);
    return Optional.of(new ByteArrayInputStream(log, (int) from, length));
  }
}
