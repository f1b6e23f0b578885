package io.holdfast.engine;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.TlsMode;

/** How a configured database is reached. */
final class DatabaseConnection {
  private DatabaseConnection() {}

  static ConnectionSettings to(SourceSettings.Postgresql source, Surroundings surroundings) {
    ConnectionSettings settings =
        ConnectionSettings.of(source.host(), source.port(), source.user())
            .withDatabase(source.database())
            .withClock(surroundings.clock())
            .withTls(TlsMode.valueOf(source.tls().name()), source.rootCertificate().orElse(null));
    return source
        .password()
        .map(
            reference ->
                settings.withPassword(
                    () -> {
                      try (Secret secret = surroundings.secrets().resolve(reference)) {
                        return secret.toChars();
                      }
                    }))
        .orElse(settings);
  }
}
