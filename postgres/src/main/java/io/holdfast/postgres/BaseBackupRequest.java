package io.holdfast.postgres;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What BASE_BACKUP is asked for.
 *
 * @param label stands in backup_label
 * @param fastCheckpoint whether to begin with a checkpoint at full speed, or with one spread over
 *     time
 * @param progress whether the server estimates the sizes first
 * @param maxRate KiB per second that the server sends at most, 32 to 1048576; 0 for no limit
 * @param checkpointLimit how long the checkpoint and the estimate may take
 */
public record BaseBackupRequest(
    String label, boolean fastCheckpoint, boolean progress, int maxRate, Duration checkpointLimit) {
  private static final int LONGEST_LABEL = 1000;

  public BaseBackupRequest {
    if (label.getBytes(StandardCharsets.UTF_8).length > LONGEST_LABEL
        || label.chars().anyMatch(c -> c < ' ')) {
      throw new IllegalArgumentException("not a label of a backup: " + label);
    }
    if (maxRate != 0 && (maxRate < 32 || maxRate > 1 << 20)) {
      throw new IllegalArgumentException("not a rate for a base backup: " + maxRate);
    }
  }

  /** A fast checkpoint, which may take ten minutes, sizes, and no limit of the rate. */
  public static BaseBackupRequest labelled(String label) {
    return new BaseBackupRequest(label, true, true, 0, Duration.ofMinutes(10));
  }

  /** The command; all options that it names exist since version 15. */
  String command() {
    // Page checksums are verified here: the server's own check would end the stream.
    return "BASE_BACKUP (LABEL '"
        + label.replace("'", "''")
        + "', CHECKPOINT '"
        + (fastCheckpoint ? "fast" : "spread")
        + "', PROGRESS "
        + progress
        + (maxRate == 0 ? "" : ", MAX_RATE " + maxRate)
        + ", WAL false, WAIT false, TABLESPACE_MAP true, VERIFY_CHECKSUMS false"
        + ", MANIFEST 'yes', MANIFEST_CHECKSUMS 'CRC32C')";
  }
}
