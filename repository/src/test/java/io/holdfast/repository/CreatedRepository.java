package io.holdfast.repository;

import io.holdfast.storage.ObjectStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * A repository in any store, as {@link Repositories} makes it, with a passphrase and a key file.
 */
final class CreatedRepository {
  private static final Argon2Cost CHEAP = new Argon2Cost(32, 1, 1);

  private CreatedRepository() {}

  static Credential passphrase() {
    return Credential.passphrase("correct horse".toCharArray());
  }

  static Credential keyFile() {
    return Credential.keyFile(new byte[32]);
  }

  static void create(ObjectStore store, Path cache) {
    try (Credential passphrase = passphrase();
        Credential keyFile = keyFile()) {
      Repositories.create(
              store,
              List.of(new NewHolder(passphrase, "operator"), new NewHolder(keyFile, "server")),
              CHEAP,
              null,
              options(cache, Clock.systemUTC(), Duration.ofMinutes(15)))
          .close();
    }
  }

  /** Opens it with the key file. */
  static Repository open(ObjectStore store, Path cache, Clock clock, Duration lease) {
    try (Credential keyFile = keyFile()) {
      return Repositories.open(store, keyFile, options(cache, clock, lease));
    }
  }

  private static RepositoryOptions options(Path cache, Clock clock, Duration lease) {
    return new RepositoryOptions(
        cache, Compression.DEFAULT, lease, 2, "test-host", "test", clock, new SecureRandom());
  }
}
