package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;

/** The WAL that a recovery needs is not there as it should be. */
public final class MissingWalException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private MissingWalException(String message) {
    super(
        FailureCategory.CORRUPT,
        message,
        "Recover to a moment before that, or from a later backup; see: holdfast window",
        null);
  }

  static MissingWalException at(WalSegmentName segment, Lsn position) {
    return new MissingWalException("segment " + segment + " is not there from " + position + " on");
  }

  static MissingWalException twice(String segment) {
    return new MissingWalException(
        "segment "
            + segment
            + " is there in two versions, and nothing tells which is the cluster's: two servers"
            + " wrote it");
  }

  static MissingWalException damaged(EndOfWal found, Lsn needed) {
    return new MissingWalException(
        "the WAL is needed up to %s, and has at %s %s"
            .formatted(needed, found.position(), found.what()));
  }
}
