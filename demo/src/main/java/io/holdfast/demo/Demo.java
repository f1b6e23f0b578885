package io.holdfast.demo;

import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.Configuration;
import io.holdfast.engine.ConfigurationSchema;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.InitRepository;
import io.holdfast.engine.ProgressListener;
import io.holdfast.engine.ReadConfiguration;
import io.holdfast.engine.RunBackup;
import io.holdfast.engine.RunRestore;
import io.holdfast.engine.Surroundings;
import io.holdfast.posix.BytePath;
import io.holdfast.postgres.EmbeddedBinaries;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import io.holdfast.repository.BackupType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Shows all of it on data of its own: a running platform is backed up, changed under load, backed
 * up again, destroyed, and brought back, and everything that was there is compared with what is
 * there.
 */
public final class Demo {
  private static final int MAJOR = 18;
  private static final long SEED = 20261122;

  private final Surroundings outer;
  private final DemoListener listener;

  public Demo(Surroundings surroundings, DemoListener listener) {
    this.outer = surroundings;
    this.listener = listener;
  }

  /**
   * Runs the demo in a new directory.
   *
   * @param parent where the directory is made
   * @param keep whether the directory stays
   */
  public DemoResult run(Path parent, boolean keep) {
    Path directory = Directories.newIn(parent);
    boolean removable = !keep;
    try {
      return run(directory);
    } finally {
      if (removable) {
        Directories.remove(directory);
      }
    }
  }

  private DemoResult run(Path directory) {
    Instant began = outer.clock().instant();
    listener.step("Start PostgreSQL " + MAJOR + " and fill a small AI platform");
    ServerBinaries binaries = binaries(directory.resolve("binaries"), MAJOR);
    ServerAccount account = ServerAccount.unprivileged();
    Path root = Directories.make(directory.resolve("platform"));
    Surroundings surroundings = surroundings(directory);
    Lost lost;
    try (SamplePlatform platform =
        SamplePlatform.create(root, binaries, account, new SplittableRandom(SEED))) {
      lost = backUpAndLose(directory, platform, surroundings);
    }
    listener.step("Restore the newest backup");
    RunRestore.Result restored =
        new RunRestore(surroundings)
            .run(
                RunRestore.Request.latest(
                    lost.configuration.repository(""),
                    BytePath.of(directory.resolve("restored").toString())),
                listener.progress());
    long bytes = restored.sources().stream().mapToLong(RunRestore.Restored::bytes).sum();
    listener.fact(
        HumanFormat.size(bytes)
            + " in "
            + HumanFormat.duration(restored.duration())
            + ", "
            + HumanFormat.rate(bytes, restored.duration())
            + ", every byte verified on the way");
    List<Difference> differences = compare(directory, lost, binaries, account);
    TableExport.Size size = lost.image.database().size();
    return new DemoResult(
        directory,
        lost.full,
        lost.incremental,
        restored,
        lost.transactions,
        size.tables(),
        size.rows(),
        lost.image.files(),
        lost.image.settings().size(),
        differences.stream().map(Difference::toString).toList(),
        Duration.between(began, outer.clock().instant()));
  }

  /**
   * The server programs that come with the demo.
   *
   * @param cache where to unpack them
   */
  static ServerBinaries binaries(Path cache, int major) {
    return new EmbeddedBinaries(cache)
        .onClassPath(major)
        .orElseThrow(() -> DemoException.noServer(major));
  }

  /** What is known of a platform that is gone. */
  private record Lost(
      Configuration configuration,
      BackupMetadata full,
      BackupMetadata incremental,
      long transactions,
      PlatformImage image) {}

  private Lost backUpAndLose(Path directory, SamplePlatform platform, Surroundings surroundings) {
    listener.fact(platform.describe());
    Configuration configuration = configuration(directory, platform);
    new InitRepository(surroundings)
        .run(new InitRepository.Request(configuration.repository(""), false, Optional.empty()));

    listener.step("Take a full backup while people work on it");
    BackupMetadata full;
    long transactions;
    try (LiveLoad load = LiveLoad.on(platform)) {
      full = backUp(surroundings, configuration, BackupType.FULL, listener.progress());
      load.stop();
      transactions = load.transactions();
    }
    tell(full, transactions);

    listener.step("Change tables, files and settings, and take an incremental backup under load");
    BackupMetadata incremental;
    try (LiveLoad load = LiveLoad.on(platform)) {
      platform.change();
      incremental =
          backUp(
              surroundings,
              configuration,
              BackupType.INCREMENTAL,
              new StopLoadMidway("database", load, listener.progress()));
      load.stop();
      tell(incremental, load.transactions());
      transactions += load.transactions();
    }

    listener.step("Lose the database, the files and the configuration");
    PlatformImage image = PlatformImage.of(platform, directory.resolve("rows-before"));
    platform.destroy();
    listener.fact("the server was killed, " + platform.root() + " is empty");
    return new Lost(configuration, full, incremental, transactions, image);
  }

  private BackupMetadata backUp(
      Surroundings surroundings,
      Configuration configuration,
      BackupType type,
      ProgressListener progress) {
    return new RunBackup(surroundings)
        .run(new RunBackup.Request(configuration, "", Optional.of(type)), progress);
  }

  private void tell(BackupMetadata backup, long transactions) {
    listener.fact(
        HumanFormat.size(backup.size())
            + " protected in "
            + HumanFormat.duration(backup.duration())
            + " ("
            + HumanFormat.rate(backup.size(), backup.duration())
            + "), "
            + HumanFormat.size(backup.storedBytes())
            + " stored, "
            + HumanFormat.ratio(backup.size(), backup.storedBytes())
            + " smaller");
    listener.fact(
        HumanFormat.count(transactions, "transaction")
            + " committed meanwhile"
            + backup
                .spread()
                .map(
                    spread -> "; files within " + HumanFormat.duration(spread) + " of the database")
                .orElse(""));
  }

  private List<Difference> compare(
      Path directory, Lost lost, ServerBinaries binaries, ServerAccount account) {
    listener.step("Start the restored platform and compare it with what was there");
    Path restored = directory.resolve("restored");
    try {
      Files.move(restored.resolve("database"), restored.resolve("postgres"));
    } catch (IOException e) {
      throw new DemoException("cannot move the restored data directory: " + e.getMessage(), e);
    }
    List<Difference> all = new ArrayList<>();
    try (SamplePlatform platform =
        SamplePlatform.start(restored, binaries, account, new SplittableRandom(SEED))) {
      PlatformImage image = PlatformImage.of(platform, directory.resolve("rows-after"));
      TableExport.Size size = image.database().size();
      verdict(
          all,
          lost.image.database().differencesTo(image.database()),
          "every row of every table: "
              + HumanFormat.count(size.rows(), "row")
              + " in "
              + HumanFormat.count(size.tables(), "table")
              + ", and the catalog");
      verdict(
          all,
          List.of(),
          "every B-tree index checked by amcheck: "
              + HumanFormat.count(PlatformImage.checkIndexes(platform), "index", "indexes"));
      List<Difference> trees = new ArrayList<>(lost.image.uploads().differencesTo(image.uploads()));
      trees.addAll(lost.image.configuration().differencesTo(image.configuration()));
      verdict(
          all,
          trees,
          "every byte and all metadata of every file: "
              + HumanFormat.count(image.files(), "file")
              + ", "
              + HumanFormat.size(image.uploads().bytes()));
      verdict(
          all,
          SampleSettings.differences(lost.image.settings(), image.settings()),
          "every setting: " + image.settings().size());
    }
    return all;
  }

  private void verdict(List<Difference> all, List<Difference> found, String what) {
    listener.verdict(found.isEmpty(), what);
    found.forEach(difference -> listener.fact(difference.toString()));
    all.addAll(found);
  }

  private Configuration configuration(Path directory, SamplePlatform platform) {
    byte[] passphrase = new byte[16];
    outer.random().nextBytes(passphrase);
    try {
      Path secret = directory.resolve("passphrase");
      Files.createFile(
          secret,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secret, HexFormat.of().formatHex(passphrase));
      Path file = directory.resolve("holdfast.yaml");
      Files.writeString(
          file,
          """
          version: 1
          repositories:
            demo: {path: repository, passphrase: "file:passphrase"}
          sources:
            database: {type: postgresql, host: %s, mode: direct, data-directory: platform/postgres}
            uploads: {type: files, path: platform/uploads}
            config: {type: config, path: platform/config}
          policies:
            platform: {repository: demo, sources: [database, uploads, config]}
          """
              .formatted(platform.socketDirectory()));
      return new ReadConfiguration(new ConfigurationSchema()).from(file);
    } catch (IOException e) {
      throw new DemoException("cannot write the demo's configuration: " + e.getMessage(), e);
    }
  }

  private Surroundings surroundings(Path directory) {
    return new Surroundings(
        outer.clock(),
        outer.random(),
        outer.secrets(),
        outer.version(),
        outer.client(),
        directory.resolve("cache"),
        Directories.make(directory.resolve("temporary")),
        outer.lease(),
        _ -> {});
  }
}
