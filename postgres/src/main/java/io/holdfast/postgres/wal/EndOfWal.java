package io.holdfast.postgres.wal;

/**
 * Where the records of a log end.
 *
 * @param position behind the last whole record
 * @param found what stands there in the place of another one
 * @param what says it for people
 */
public record EndOfWal(Lsn position, Found found, String what) {
  /** What stands in the place of a record. */
  public enum Found {
    /** The segment that would hold it is not there. */
    NO_SEGMENT,
    /** Nothing was written there yet. */
    NOTHING,
    /**
     * Something that is no record that follows: what a crash left, or bytes of an earlier use of
     * the file. Where more WAL is known to follow, it is damage.
     */
    NO_RECORD
  }
}
