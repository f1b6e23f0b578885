package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import java.time.Instant;

/** What a cluster is to be recovered to. */
public sealed interface RecoveryTarget {
  /** All that there is, without a gap. */
  record Latest() implements RecoveryTarget {
    @Override
    public String toString() {
      return LATEST;
    }
  }

  /** A moment of the server's clock: what was committed by then. */
  record Time(Instant time) implements RecoveryTarget {
    @Override
    public String toString() {
      return time.toString();
    }
  }

  /** A position of the log. */
  record Position(Lsn lsn) implements RecoveryTarget {
    @Override
    public String toString() {
      return lsn.toString();
    }
  }

  /**
   * The end of a transaction.
   *
   * @param xid its number, 32 bits, not counting how often they wrapped around
   */
  record Transaction(long xid) implements RecoveryTarget {
    @Override
    public String toString() {
      return "transaction " + xid;
    }
  }

  /** A named restore point. */
  record Point(String name) implements RecoveryTarget {
    @Override
    public String toString() {
      return "point " + name;
    }
  }

  /** The word for {@link Latest}. */
  String LATEST = "latest";

  /**
   * Reads what people write: {@code latest}; a time with its zone, like {@code 2026-11-26
   * 14:30:00Z}; an LSN; {@code xid:} and a number, or a number; {@code point:} and a name, or a
   * name that is none of these.
   *
   * @throws RecoveryTargetException if it is nothing of that
   */
  static RecoveryTarget parse(String text) {
    return TargetText.parse(text.strip());
  }

  /**
   * A restore point of a name.
   *
   * @throws RecoveryTargetException if a server takes no such name
   */
  static Point point(String name) {
    return TargetText.point(name, name);
  }
}
