package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalPeriod;
import io.holdfast.storage.HoldfastException;

/** Hears what happens to a receiver; called by its threads, which wait meanwhile. */
public interface ReceiverEvents extends CommitWatchdog.Listener {
  /** WAL comes in from a server. */
  void streaming(String server, Lsn from);

  /** All before this position of a timeline is stored. */
  void stored(Timeline timeline, Lsn end);

  /** What was stored within some time was recorded, as a transaction backup. */
  void recorded(WalPeriod period);

  /** Something failed that is being tried again. */
  @Override
  void troubled(HoldfastException failure);

  /** WAL was written that no server has any more. */
  void gap(LsnRange missing, String why);

  /**
   * The server was let go: the spool is full, and the server kept so much for it that its own disk
   * was in danger. The log may have a gap.
   *
   * @param since the first position that may be missing
   * @param bytes that the server had kept
   */
  void released(Lsn since, long bytes);

  /** Other bytes are stored for the same place of the log: two servers wrote there. */
  void conflict(WalSegmentName segment);

  /** Something that is to be looked at, though all goes on. */
  void warned(String message);

  /** WAL came in whose records are not whole. It is stored as it is. */
  void damaged(WalSegmentName segment, EndOfWal found);
}
