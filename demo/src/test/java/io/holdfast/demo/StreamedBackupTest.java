package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.CheckSources;
import io.holdfast.engine.Configuration;
import io.holdfast.engine.ConfigurationSchema;
import io.holdfast.engine.InitRepository;
import io.holdfast.engine.ListBackups;
import io.holdfast.engine.ProgressListener;
import io.holdfast.engine.ReadConfiguration;
import io.holdfast.engine.ResolveSecrets;
import io.holdfast.engine.RunBackup;
import io.holdfast.engine.RunRestore;
import io.holdfast.engine.Surroundings;
import io.holdfast.posix.BytePath;
import io.holdfast.postgres.EmbeddedBinaries;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine with a live database, read over a replication connection by the documented role. */
class StreamedBackupTest {
  private Path directory;
  private Surroundings surroundings;
  private ServerBinaries binaries;
  private ServerAccount account;
  private SamplePlatform platform;
  private Configuration configuration;

  @BeforeEach
  void start() throws Exception {
    directory = Files.createTempDirectory("holdfast-stream-test-");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    surroundings =
        new Surroundings(
            Clock.systemUTC(),
            new SecureRandom(),
            new ResolveSecrets(),
            "1.2.3",
            "testhost",
            directory.resolve("cache"),
            directory,
            RepositoryOptions.DEFAULT_LEASE,
            _ -> {});
    binaries = new EmbeddedBinaries(directory.resolve("binaries")).onClassPath(18).orElseThrow();
    account = ServerAccount.unprivileged();
    platform =
        SamplePlatform.create(
            Files.createDirectory(directory.resolve("platform")),
            binaries,
            account,
            new SplittableRandom(1));
    Files.writeString(directory.resolve("passphrase"), "correct");
    Path file = directory.resolve("holdfast.yaml");
    Files.writeString(
        file,
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources: {database: {type: postgresql, host: %s, mode: stream}}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(platform.socketDirectory()));
    configuration = new ReadConfiguration(new ConfigurationSchema()).from(file);
    new InitRepository(surroundings)
        .run(new InitRepository.Request(configuration.repository(""), false, Optional.empty()));
  }

  @AfterEach
  void stop() {
    platform.close();
    Directories.remove(directory);
  }

  @Test
  void everyRowComesBackFromAnIncrementalUnderLoad() throws Exception {
    backUp(ProgressListener.NONE);
    BackupMetadata incremental;
    try (LiveLoad load = LiveLoad.on(platform)) {
      platform.change();
      incremental = backUp(new StopLoadMidway("database", load, ProgressListener.NONE));
      load.stop();
    }
    assertThat(incremental.anchor()).isPresent();
    PlatformImage before = PlatformImage.of(platform, directory.resolve("rows-before"));
    Path restored = Files.createDirectory(directory.resolve("restored"));
    restore(restored.resolve("postgres"));
    try (SamplePlatform copy =
            SamplePlatform.start(restored, binaries, account, new SplittableRandom(1));
        Connection connection = copy.connect("platform", "postgres")) {
      assertThat(
              before
                  .database()
                  .differencesTo(TableExport.of(connection, directory.resolve("rows-after"))))
          .isEmpty();
    }
  }

  @Test
  void aMissingRightIsNamedByTheCheckAndFailsTheBackupInOneLine() throws Exception {
    assertThat(new CheckSources(surroundings).run(configuration))
        .allMatch(finding -> finding.severity() != CheckSources.Severity.PROBLEM);
    try (Connection connection = platform.connect("postgres", "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE holdfast NOREPLICATION");
    }
    assertThat(new CheckSources(surroundings).run(configuration))
        .filteredOn(finding -> finding.severity() == CheckSources.Severity.PROBLEM)
        .singleElement()
        .satisfies(
            finding -> assertThat(finding.remedy()).isEqualTo("ALTER ROLE holdfast REPLICATION;"));
    assertThatThrownBy(() -> backUp(ProgressListener.NONE))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.category()).isEqualTo(FailureCategory.ACCESS));
    assertThat(
            new ListBackups(surroundings).run(configuration.repository(""), true, false).backups())
        .singleElement()
        .satisfies(run -> assertThat(run.status()).isEqualTo(BackupStatus.FAILED));
  }

  private BackupMetadata backUp(ProgressListener progress) {
    return new RunBackup(surroundings)
        .run(new RunBackup.Request(configuration, "", Optional.empty()), progress);
  }

  private void restore(Path target) {
    new RunRestore(surroundings)
        .run(
            new RunRestore.Request(
                configuration.repository(""),
                "latest",
                "",
                BytePath.of(target.toString()),
                List.of("database"),
                Set.of(),
                List.of(),
                false,
                false,
                List.of(),
                Optional.empty()),
            ProgressListener.NONE);
  }
}
