package io.holdfast.postgres;

import io.holdfast.repository.ManifestRef;
import java.util.List;

/**
 * What reading a cluster gave.
 *
 * @param manifest the entries
 * @param details what the backup record says about the cluster
 * @param warnings what the operator should know, at most {@value #MAX_WARNINGS}; damaged pages are
 *     among them
 * @param warningCount how many there were
 * @param relationPages pages of relation files
 * @param changedPages those of them that were not as in the previous manifest
 */
public record ClusterBackup(
    ManifestRef manifest,
    ClusterDetails details,
    List<String> warnings,
    long warningCount,
    long relationPages,
    long changedPages) {
  /** Warnings that are kept. */
  public static final int MAX_WARNINGS = 100;

  public ClusterBackup {
    warnings = List.copyOf(warnings);
  }
}
