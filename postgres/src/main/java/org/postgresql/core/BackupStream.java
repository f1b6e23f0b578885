package org.postgresql.core;

import org.jspecify.annotations.Nullable;

/**
 * Takes the authenticated stream out of a session of pgjdbc. The driver has no interface for the
 * messages of BASE_BACKUP or for timelines, and keeps its stream to this package; why that is the
 * way, see docs/decisions/replication-protocol.md.
 */
public final class BackupStream implements AutoCloseable {
  private final QueryExecutorBase executor;

  private BackupStream(QueryExecutorBase executor) {
    this.executor = executor;
  }

  /**
   * Takes over a session, which must not be used otherwise from then on.
   *
   * @param executor made by {@link ConnectionFactory}
   */
  public static BackupStream take(QueryExecutor executor) {
    return new BackupStream((QueryExecutorBase) executor);
  }

  /** The stream, after authentication and the first ReadyForQuery. */
  public PGStream stream() {
    return executor.pgStream;
  }

  /** Number of the server's version, such as 180006. */
  public int serverVersion() {
    return executor.getServerVersionNum();
  }

  /** A parameter that the server reported at the start of the session; null if it did not. */
  public @Nullable String parameter(String name) {
    return executor.getParameterStatuses().get(name);
  }

  /** Says goodbye and closes the connection. */
  @Override
  public void close() {
    executor.close();
  }

  /** Closes the connection at once; any thread may do that. */
  public void abort() {
    executor.abort();
  }
}
