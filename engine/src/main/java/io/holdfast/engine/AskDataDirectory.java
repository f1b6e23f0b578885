package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.FindDataDirectory;

/** Finds the data directory of a server: the configuration says where it is, or the server. */
final class AskDataDirectory {
  private AskDataDirectory() {}

  /**
   * @throws io.holdfast.postgres.PostgresException when the server does not tell
   */
  static BytePath of(SourceSettings.Postgresql source, ConnectionSettings server) {
    return source
        .dataDirectory()
        .map(path -> BytePath.of(path.toString()))
        .orElseGet(() -> FindDataDirectory.of(server));
  }
}
