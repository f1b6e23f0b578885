package io.holdfast.postgres.wal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log in order, across pages and segments (as xlogreader.c does). Each is
 * checked by its CRC and by the record it says comes before it, each page by its header. Memory
 * does not grow with what is read. For one thread.
 */
public final class WalRecordReader implements AutoCloseable {
  private static final int ALIGNMENT = 8;

  /** No server writes longer ones: since 16 at most XLogRecordMaxSize, 1020 MiB. */
  private static final long MOST_LENGTH = 1L << 30;

  private static final int LAST_OWN_MANAGER = 21;
  private static final int FIRST_CUSTOM_MANAGER = 128;
  private static final int XLOG = 0;
  private static final int SWITCH = 0x40;

  private final WalFormat format;
  private final WalSegments segments;
  private final WalRecord record = new WalRecord();
  private final CRC32C crc = new CRC32C();

  private final byte[] page;
  private Lsn pageStart = Lsn.NONE;

  /** How much of the page there is: the last one may be cut off. */
  private int pageLength;

  private WalPageHeader header = new WalPageHeader(0, 0, 0, 0);
  private long timeline;

  private long segmentNumber = -1;
  private @Nullable InputStream segment;

  /** Of the next byte, and before the first record where the log is looked into. */
  private Lsn position;

  private Lsn previous = Lsn.NONE;
  private boolean started;
  private boolean broken;
  private @Nullable EndOfWal end;

  /**
   * @param from start of a record, where an earlier reading of the log ended for example; or of a
   *     page: then the first record is the one that starts next, and what is left of another one
   *     before it is passed over
   */
  public WalRecordReader(WalFormat format, WalSegments segments, Lsn from) {
    this.format = format;
    this.segments = segments;
    this.page = new byte[format.pageSize()];
    this.position = from;
  }

  /**
   * Goes to the next record.
   *
   * @return null at the end of the log
   * @throws IllegalStateException after this has thrown, or was closed: it cannot be gone on with
   */
  public @Nullable WalRecord next() throws IOException {
    if (end != null) {
      return null;
    }
    if (broken) {
      throw new IllegalStateException("the log cannot be read on");
    }
    broken = true;
    try {
      if (!started) {
        started = true;
        loadPage(new Lsn(position.value() & -format.pageSize()));
        if (position.equals(pageStart)) {
          skipRestOfRecord();
        }
      }
      boolean whole = readRecord();
      while (!whole) { // one that was given up, and is followed by others
        whole = readRecord();
      }
      broken = false;
      return record;
    } catch (NoMoreRecords e) {
      end = new EndOfWal(position, e.found, e.what);
      close();
      return null;
    }
  }

  /** Where the records ended; nothing while there are more. */
  public Optional<EndOfWal> end() {
    return Optional.ofNullable(end);
  }

  /** From the start of a page on, passes over what is left of a record that began earlier. */
  private void skipRestOfRecord() throws IOException, NoMoreRecords {
    long left = header.continuesRecord() ? header.remaining() : 0;
    while (left > format.pageSize() - header.length()) {
      left -= format.pageSize() - header.length();
      loadPage(pageStart.plus(format.pageSize()));
      if (header.overwritesRecord()) {
        left = 0;
      } else if (!header.continuesRecord() || header.remaining() != left) {
        throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a page that does not go on as the last");
      }
    }
    position = aligned(pageStart.plus(header.length() + left));
  }

  /** Returns false if the record was given up by the server. */
  private boolean readRecord() throws IOException, NoMoreRecords {
    position = aligned(position);
    if (offset(position) == 0) {
      loadPage(position);
      if (header.continuesRecord()) {
        throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "the end of a record without its start");
      }
    }
    Lsn start = offset(position) == 0 ? position.plus(header.length()) : position;
    if (offset(start) < header.length()) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a record within the header of its page");
    }
    long length = lengthAt(start);
    record.begin(start);
    crc.reset();
    Lsn at = start;
    long done = 0;
    while (done < length) {
      if (offset(at) == 0) {
        loadPage(at);
        if (header.overwritesRecord()) {
          position = at.plus(header.length());
          return false;
        }
        if (!header.continuesRecord() || header.remaining() != length - done) {
          throw new NoMoreRecords(
              EndOfWal.Found.NO_RECORD, "a record that does not go on at " + at);
        }
        at = at.plus(header.length());
      }
      int part = (int) Math.min(length - done, format.pageSize() - offset(at));
      int there = Math.min(part, pageLength - offset(at));
      take(offset(at), (int) Math.min(done, WalRecord.HEADER), there);
      if (done < WalRecord.HEADER && done + there >= WalRecord.HEADER) {
        checkHeader(start); // also of a record that is cut off: it has to follow the last one
      }
      require(at, part);
      done += part;
      at = at.plus(part);
    }
    crc.update(record.header, 0, WalRecord.CHECKSUM_AT);
    if ((int) crc.getValue() != record.checksum()) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a record with a wrong checksum");
    }
    previous = start;
    boolean isSwitch = record.resourceManager() == XLOG && record.info() == SWITCH;
    position = isSwitch ? endOfSegment(at) : aligned(at);
    record.end(position);
    return true;
  }

  private long lengthAt(Lsn start) throws NoMoreRecords {
    require(start, Integer.BYTES);
    long length = Integer.toUnsignedLong(WalRecord.intOf(page, offset(start)));
    if (length == 0) {
      throw new NoMoreRecords(EndOfWal.Found.NOTHING, "zeros");
    }
    if (length < WalRecord.HEADER || length > MOST_LENGTH) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a record of " + length + " bytes");
    }
    return length;
  }

  private void checkHeader(Lsn start) throws NoMoreRecords {
    int manager = record.resourceManager();
    if (manager > LAST_OWN_MANAGER && manager < FIRST_CUSTOM_MANAGER) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a record of nobody");
    }
    Lsn before = record.previous();
    if (previous.equals(Lsn.NONE) ? !before.isBefore(start) : !before.equals(previous)) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, "a record that follows one at " + before);
    }
  }

  /**
   * Takes a part of the record.
   *
   * @param headerDone bytes of its header that were taken
   */
  private void take(int offset, int headerDone, int length) {
    int ofHeader = Math.min(WalRecord.HEADER - headerDone, length);
    System.arraycopy(page, offset, record.header, headerDone, ofHeader);
    crc.update(page, offset + ofHeader, length - ofHeader);
    record.append(page, offset + ofHeader, length - ofHeader);
  }

  private void require(Lsn at, int length) throws NoMoreRecords {
    if (offset(at) + length > pageLength) {
      throw new NoMoreRecords(EndOfWal.Found.CUT_OFF, "the end of what there is");
    }
  }

  private void loadPage(Lsn start) throws IOException, NoMoreRecords {
    InputStream in = segmentOf(start);
    pageStart = start;
    pageLength = in.readNBytes(page, 0, page.length);
    Arrays.fill(page, pageLength, page.length, (byte) 0);
    if (pageLength < WalPageHeader.length(format, start)) {
      throw new NoMoreRecords(EndOfWal.Found.CUT_OFF, "the end of what there is");
    }
    if (WalPageHeader.isZero(page)) {
      throw new NoMoreRecords(EndOfWal.Found.NOTHING, "an empty page");
    }
    String fault = WalPageHeader.fault(page, format, start);
    if (fault != null) {
      throw new NoMoreRecords(EndOfWal.Found.NO_RECORD, fault);
    }
    header = WalPageHeader.read(page);
    if (header.timeline() < timeline) {
      throw new NoMoreRecords(
          EndOfWal.Found.NO_RECORD, "a page of the earlier timeline " + header.timeline());
    }
    timeline = header.timeline();
  }

  /** The bytes from there on; pages are asked for in order. */
  private InputStream segmentOf(Lsn start) throws IOException, NoMoreRecords {
    long number = Long.divideUnsigned(start.value(), format.segmentSize());
    InputStream open = segment;
    if (open == null || number != segmentNumber) {
      closeSegment();
      open =
          segments
              .open(number)
              .orElseThrow(
                  () -> new NoMoreRecords(EndOfWal.Found.NO_SEGMENT, "no segment " + number));
      segment = open;
      segmentNumber = number;
      skip(open, start.value() & (format.segmentSize() - 1));
    }
    return open;
  }

  /** Over a part of a segment that may be shorter. */
  private static void skip(InputStream in, long length) throws IOException, NoMoreRecords {
    try {
      in.skipNBytes(length);
    } catch (EOFException e) {
      throw new NoMoreRecords(EndOfWal.Found.CUT_OFF, "the end of what there is");
    }
  }

  private int offset(Lsn at) {
    return (int) (at.value() & (format.pageSize() - 1));
  }

  private Lsn endOfSegment(Lsn at) {
    long size = format.segmentSize();
    return new Lsn((at.value() + size - 1) & -size);
  }

  private static Lsn aligned(Lsn at) {
    return new Lsn((at.value() + ALIGNMENT - 1) & -ALIGNMENT);
  }

  @Override
  public void close() throws IOException {
    broken = true;
    closeSegment();
  }

  private void closeSegment() throws IOException {
    InputStream open = segment;
    segment = null;
    if (open != null) {
      open.close();
    }
  }

  /** Ends the reading. */
  private static final class NoMoreRecords extends Exception {
    private static final long serialVersionUID = 1L;

    private final EndOfWal.Found found;
    private final String what;

    NoMoreRecords(EndOfWal.Found found, String what) {
      super(what, null, false, false);
      this.found = found;
      this.what = what;
    }
  }
}
