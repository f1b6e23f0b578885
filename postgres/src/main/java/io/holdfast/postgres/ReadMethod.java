package io.holdfast.postgres;

/** How a cluster is read. */
public enum ReadMethod {
  /** The data directory itself, in parallel. */
  DIRECT,
  /** BASE_BACKUP over one replication connection. */
  STREAM
}
