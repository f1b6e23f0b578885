package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** The WAL that a recovery needs is not there as it should be. */
public final class MissingWalException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private static final String ELSEWHERE =
      "Recover to a moment before that, or from a later backup; see: holdfast window";

  private MissingWalException(String message) {
    this(message, ELSEWHERE, null);
  }

  private MissingWalException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.CORRUPT, message, hint, cause);
  }

  static MissingWalException unusable(WalSegmentName segment, Lsn position, HoldfastException why) {
    return new MissingWalException(
        "segment " + segment + " cannot be used from " + position + " on: " + why.getMessage(),
        ELSEWHERE + ". If the server or another archive still has it, wal push heals it",
        why);
  }

  static MissingWalException at(WalSegmentName segment, Lsn position) {
    return new MissingWalException("segment " + segment + " is not there from " + position + " on");
  }

  static MissingWalException twice(String segment) {
    return new MissingWalException(
        "segment "
            + segment
            + " is there in two versions, and nothing tells which is the cluster's: two servers"
            + " wrote it, or one version was damaged before it was pushed");
  }

  static MissingWalException damaged(EndOfWal found, Lsn needed) {
    return new MissingWalException(
        "the WAL is needed up to %s, and has at %s %s"
            .formatted(needed, found.position(), found.what()));
  }
}
