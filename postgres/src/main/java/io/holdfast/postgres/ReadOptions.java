package io.holdfast.postgres;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * How a cluster is read.
 *
 * @param label names the backup on the server; printable ASCII, at most 200 characters
 * @param readers files that are read at once, where the way of reading allows it
 * @param temporary directory for temporary files of metadata
 * @param progress told what was read
 */
public record ReadOptions(String label, int readers, Path temporary, ReadProgress progress) {
  private static final int MAX_LABEL = 200;
  private static final int MAX_READERS = 64;

  public ReadOptions {
    if (label.isEmpty()
        || label.length() > MAX_LABEL
        || !StandardCharsets.US_ASCII.newEncoder().canEncode(label)
        || label.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("not a label: " + label);
    }
    if (readers < 1 || readers > MAX_READERS) {
      throw new IllegalArgumentException(readers + " readers");
    }
  }
}
