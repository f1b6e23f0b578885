package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.storage.HoldfastException;

/** Hears what happens to a receiver; called by its threads, which wait meanwhile. */
public interface ReceiverEvents {
  /** WAL comes in from a server. */
  void streaming(String server, Lsn from);

  /** All before this position of a timeline is stored. */
  void stored(Timeline timeline, Lsn end);

  /** Something failed that is being tried again. */
  void troubled(HoldfastException failure);

  /** WAL was written that no server has any more. */
  void gap(LsnRange missing, String why);

  /** Other bytes are stored for the same place of the log: two servers wrote there. */
  void conflict(WalSegmentName segment);

  /** Something that is to be looked at, though all goes on. */
  void warned(String message);

  /** WAL came in whose records are not whole. It is stored as it is. */
  void damaged(WalSegmentName segment, EndOfWal found);
}
