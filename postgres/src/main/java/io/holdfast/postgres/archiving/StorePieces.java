package io.holdfast.postgres.archiving;

import io.holdfast.repository.CorruptObjectException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.PutOutcome;

/** Stores bytes of segments, also where what was stored before of them is damaged. */
final class StorePieces {
  private final WalArchive archive;

  StorePieces(WalArchive archive) {
    this.archive = archive;
  }

  /**
   * Stores bytes in pieces as large as they may be.
   *
   * @param from where in the segment the first byte belongs
   * @return whether other bytes are stored for the same place
   */
  boolean store(String segment, int from, byte[] bytes, int length, WalNote note) {
    boolean conflict = false;
    for (int at = 0; at < length; at += WalArchive.MAX_PIECE) {
      int part = Math.min(WalArchive.MAX_PIECE, length - at);
      conflict |= store(segment, from + at, bytes, at, part, note);
    }
    return conflict;
  }

  /** One piece; if it was stored before and is damaged, in halves, which have other names. */
  private boolean store(
      String segment, int from, byte[] bytes, int offset, int length, WalNote note) {
    WalArchive.Stored put = archive.put(segment, from, bytes, offset, length, note);
    boolean conflict = !put.others().isEmpty();
    if (put.outcome() == PutOutcome.EXISTS && length > 1 && isDamaged(put.piece())) {
      int half = length / 2;
      conflict |= store(segment, from, bytes, offset, half, note);
      conflict |= store(segment, from + half, bytes, offset + half, length - half, note);
    }
    return conflict;
  }

  private boolean isDamaged(WalPiece piece) {
    try {
      archive.read(piece);
      return false;
    } catch (CorruptObjectException e) {
      return true;
    }
  }
}
