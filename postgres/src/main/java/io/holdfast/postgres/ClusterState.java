package io.holdfast.postgres;

/**
 * What a cluster was doing when it last wrote its control file ({@code DBState} of
 * src/include/catalog/pg_control.h, in the same order).
 */
public enum ClusterState {
  STARTING_UP,
  SHUT_DOWN,
  SHUT_DOWN_IN_RECOVERY,
  SHUTTING_DOWN,
  IN_CRASH_RECOVERY,
  IN_ARCHIVE_RECOVERY,
  IN_PRODUCTION
}
