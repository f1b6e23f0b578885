package io.holdfast.postgres;

import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a running cluster into a backup. Both ways of reading give the same entries;
 * docs/postgresql.md says which.
 *
 * <p>Relation files are read whole and compared page by page with the previous manifest, if there
 * is one: what changed is decided by content alone. The write-ahead log that recovery needs is held
 * by a temporary slot from before the start, and is part of the backup. Nothing is left on the
 * server, whether reading succeeds, fails or is interrupted.
 */
public sealed interface ClusterReader permits DirectClusterReader, StreamClusterReader {
  /**
   * Reads the cluster once. The manifest is complete and its chunks are handed to the session; the
   * caller commits.
   *
   * @param previous a manifest of the same cluster to compare with; null for none
   * @throws PostgresException if the cluster cannot be read
   * @throws io.holdfast.storage.HoldfastException if the repository cannot be written, or the
   *     thread was interrupted
   */
  ClusterBackup read(BackupSession session, @Nullable Manifest previous);
}
