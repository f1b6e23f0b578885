package io.holdfast.postgres.wal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Where the segments of a log come from, on whatever timelines it leads over. */
@FunctionalInterface
public interface WalSegments {
  /**
   * Opens a segment.
   *
   * @param number counted from the start of the log
   * @return its bytes, which may end before the segment does; nothing if it is not there
   */
  Optional<InputStream> open(long number) throws IOException;
}
