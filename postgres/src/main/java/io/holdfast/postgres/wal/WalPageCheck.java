package io.holdfast.postgres.wal;

import java.util.Optional;

/**
 * Checks the header of every page of a WAL segment: that it is WAL of this version, of this
 * cluster, of this timeline or an earlier one, and at its place. A segment may end in pages of
 * zeros. One for each segment.
 */
public final class WalPageCheck {
  private final WalFormat format;
  private final WalSegmentName segment;
  private Lsn position;
  private long lastTimeline;
  private boolean ended;

  /** Starts with the first page. */
  public WalPageCheck(WalFormat format, WalSegmentName segment) {
    this.format = format;
    this.segment = segment;
    this.position = segment.start();
  }

  /** Of which the pages are. */
  public WalSegmentName segment() {
    return segment;
  }

  /** Position of the page that is next. */
  public Lsn position() {
    return position;
  }

  /**
   * Checks the next page.
   *
   * @param page of the format's page size
   * @return "a page that ...", if it is not what belongs here
   */
  public Optional<String> fault(byte[] page) {
    Optional<String> fault = faultOf(page);
    position = position.plus(format.pageSize());
    return fault;
  }

  private Optional<String> faultOf(byte[] page) {
    if (!position.equals(segment.start()) && WalPageHeader.isZero(page)) {
      ended = true;
      return Optional.empty();
    }
    if (ended) {
      return Optional.of("a page behind the end of the log");
    }
    String fault = WalPageHeader.fault(page, format, position);
    if (fault == null) {
      long timeline = WalPageHeader.read(page).timeline();
      if (timeline < lastTimeline || timeline > segment.timeline().id()) {
        fault = "a page of timeline " + timeline;
      }
      lastTimeline = timeline;
    }
    return Optional.ofNullable(fault);
  }
}
