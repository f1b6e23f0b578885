package io.holdfast.postgres;

import io.holdfast.postgres.recovery.RecoveryStop;
import java.util.List;
import java.util.Optional;

/**
 * What a restore did.
 *
 * @param control of the restored cluster
 * @param files files that are there now
 * @param bytes their lengths
 * @param fetchedBytes what had to be fetched from the repository
 * @param removed files and directories that were there and are not in the backup
 * @param tablespaces where they are now
 * @param warnings what to know before a server is started on it
 * @param recovery where it will recover to when it is started, if that was asked for
 */
public record RestoredCluster(
    ControlFile control,
    long files,
    long bytes,
    long fetchedBytes,
    long removed,
    List<PlacedTablespace> tablespaces,
    Optional<RecoveryStop> recovery,
    List<String> warnings) {

  public RestoredCluster {
    tablespaces = List.copyOf(tablespaces);
    warnings = List.copyOf(warnings);
  }
}
