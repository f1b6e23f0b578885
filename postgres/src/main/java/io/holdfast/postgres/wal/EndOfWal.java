package io.holdfast.postgres.wal;

/**
 * Where the records of a log end. That it should end there is not said by what was found: only who
 * knows of no later segment, and of no position that was written, may take it for the end. Where
 * more is known to follow, it is damage.
 *
 * @param position where the next record would start, and where reading may go on later
 * @param found what stands there in the place of another one
 * @param what says it for people
 */
public record EndOfWal(Lsn position, Found found, String what) {
  /** What stands in the place of a record. */
  public enum Found {
    /** The segment that would hold it is not there. */
    NO_SEGMENT,
    /** Zeros: nothing was written there yet, or it is lost. */
    NOTHING,
    /** The end of the bytes that there are of the segment, or only a part of a record before it. */
    CUT_OFF,
    /**
     * Something that is no record that follows: what a crash left, bytes of an earlier use of the
     * file, or damage.
     */
    NO_RECORD
  }
}
