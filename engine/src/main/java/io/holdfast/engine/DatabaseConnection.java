package io.holdfast.engine;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.TlsMode;
import java.util.Arrays;
import java.util.List;

/** How a configured database is reached. */
final class DatabaseConnection {
  private DatabaseConnection() {}

  /** One or several, with commas. */
  private static List<ConnectionSettings.Host> hosts(SourceSettings.Postgresql source) {
    String all = source.host();
    if (all.startsWith("/")) {
      return List.of(new ConnectionSettings.Host(all, source.port()));
    }
    return Arrays.stream(all.split(",", -1))
        .map(name -> new ConnectionSettings.Host(name.strip(), source.port()))
        .toList();
  }

  static ConnectionSettings to(SourceSettings.Postgresql source, Surroundings surroundings) {
    ConnectionSettings settings =
        ConnectionSettings.of(source.host(), source.port(), source.user())
            .withHosts(hosts(source))
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
