package io.holdfast.repository;

import io.holdfast.storage.LocalDirectoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A repository in a directory, with a passphrase, a key file and a recovery kit beside it. */
final class SampleRepository {
  static final String PASSPHRASE = "correct horse \u00e9 battery \ud83d\ude00";

  /** As little as a test may take; everything else is as in life. */
  private static final Argon2Cost CHEAP = new Argon2Cost(64, 1, 1);

  private final Path directory;
  private final RandomGenerator random;

  SampleRepository(Path directory, RandomGenerator random) {
    this.directory = directory;
    this.random = random;
  }

  Path store() {
    return directory.resolve("repository");
  }

  Path passphrase() {
    return directory.resolve("passphrase");
  }

  Path keyFile() {
    return directory.resolve("key-file");
  }

  Path kit() {
    return directory.resolve("recovery-kit.txt");
  }

  /** Makes it, with three holders. */
  void create(Path cache) throws IOException {
    byte[] key = new byte[100];
    random.nextBytes(key);
    RecoveryKit kit = RecoveryKit.next(random);
    Files.createDirectories(store());
    Files.writeString(
        passphrase(),
        Normalizer.normalize(PASSPHRASE, Normalizer.Form.NFD) + "\n",
        StandardCharsets.UTF_8);
    Files.write(keyFile(), key);
    Files.writeString(kit(), kit.page("sample", "a test", "today"), StandardCharsets.UTF_8);
    try (Credential passphrase = Credential.passphrase(PASSPHRASE.toCharArray());
        Credential keyFile = Credential.keyFile(key);
        Credential recoveryKit = Credential.recoveryKit(kit)) {
      Repositories.create(
              LocalDirectoryStore.create(store()),
              List.of(
                  new NewHolder(passphrase, "operator"),
                  new NewHolder(keyFile, "server"),
                  new NewHolder(recoveryKit, "safe")),
              CHEAP,
              null,
              options(cache, Compression.DEFAULT))
          .close();
    }
  }

  /** Opens it with the passphrase. */
  Repository open(Path cache, Compression compression) {
    try (Credential credential = Credential.passphrase(PASSPHRASE.toCharArray())) {
      return Repositories.open(
          LocalDirectoryStore.open(store()), credential, options(cache, compression));
    }
  }

  private RepositoryOptions options(Path cache, Compression compression) {
    return new RepositoryOptions(
        cache,
        compression,
        Duration.ofMinutes(15),
        2,
        "test-host",
        "test",
        Clock.systemUTC(),
        random);
  }

  static SampleRepository random(Path directory, long seed) {
    return new SampleRepository(directory, new Random(seed));
  }
}
