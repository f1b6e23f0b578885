package io.holdfast.engine;

import io.holdfast.repository.RepositoryOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A directory with files, settings, a configuration and what the engine needs. */
final class EngineFixture {
  final Path root;
  final List<ContentAccess> accesses = new ArrayList<>();
  final Surroundings surroundings;
  private String passphrase = "correct";

  EngineFixture(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("temporary"));
    Files.createDirectories(root.resolve("uploads/sub"));
    Files.createDirectories(root.resolve("config"));
    Files.writeString(root.resolve("uploads/a.txt"), "first");
    Files.write(root.resolve("uploads/sub/large"), new byte[300_000]);
    Files.writeString(root.resolve("config/app.properties"), "key=value\n");
    this.surroundings =
        new Surroundings(
            Clock.systemUTC(),
            new SecureRandom(),
            new ResolveSecrets(_ -> passphrase, Duration.ofSeconds(10)),
            "1.2.3",
            "testhost",
            root.resolve("cache"),
            root.resolve("temporary"),
            RepositoryOptions.DEFAULT_LEASE,
            accesses::add);
  }

  void forgetPassphrase() {
    passphrase = "wrong";
  }

  Configuration configuration() {
    return new ReadConfiguration(new ConfigurationSchema())
        .from(
            "holdfast.yaml",
            """
            version: 1
            repositories: {main: {path: repository, passphrase: "env:PW"}}
            sources:
              uploads: {type: files, path: uploads, exclude: ["*.tmp"]}
              settings: {type: config, path: config}
            policies: {all: {repository: main, sources: [uploads, settings]}}
            """,
            root);
  }

  RepositorySettings repository() {
    return configuration().repository("");
  }

  InitRepository.Result init() {
    return new InitRepository(surroundings)
        .run(new InitRepository.Request(repository(), true, Optional.empty()));
  }

  BackupMetadata backUp() {
    return new RunBackup(surroundings)
        .run(new RunBackup.Request(configuration(), "", Optional.empty()), ProgressListener.NONE);
  }

  String read(String path) throws IOException {
    return Files.readString(root.resolve(path), StandardCharsets.UTF_8);
  }
}
