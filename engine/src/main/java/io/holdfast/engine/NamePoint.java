package io.holdfast.engine;

import io.holdfast.postgres.CreateRestorePoint;
import io.holdfast.postgres.recovery.RecoveryTarget;
import java.time.Instant;

/** Gives the present moment of a database a name, to recover to it later. */
public final class NamePoint {
  private final Surroundings surroundings;

  public NamePoint(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * A named restore point.
   *
   * @param source the database
   * @param lsn behind its record
   * @param time by the server's clock
   */
  public record Named(String source, String name, int timeline, String lsn, Instant time) {}

  /**
   * Makes a point; it is durable on the server when this returns.
   *
   * @param source name of a database of the configuration; empty: the only one
   * @throws UnknownNameException if there is no such database
   * @throws io.holdfast.postgres.PostgresException if the server refuses
   */
  public Named run(Configuration configuration, String source, RecoveryTarget.Point point) {
    SourceSettings.Postgresql database = configuration.database(source);
    CreateRestorePoint.Created created =
        CreateRestorePoint.named(point, DatabaseConnection.to(database, surroundings));
    return new Named(
        database.name(),
        created.name(),
        created.timeline().id(),
        created.end().toString(),
        created.time());
  }
}
