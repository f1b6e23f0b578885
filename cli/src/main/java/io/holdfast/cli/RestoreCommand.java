package io.holdfast.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.holdfast.engine.Configuration;
import io.holdfast.engine.FindDeletion;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.RunRestore;
import io.holdfast.engine.SourceSettings;
import io.holdfast.posix.BytePath;
import io.holdfast.postgres.DeletedRow;
import io.holdfast.postgres.PlacedTablespace;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.repository.SourceType;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast restore}. */
@Command(
    name = "restore",
    description = {
      "Brings back a backup, or parts of it. One source that is named with --source goes right into the directory;"
          + " otherwise each source goes into a directory of its name below.",
      "A restored database is started as usual: it recovers by itself to the moment that the backup stands for, or to"
          + " the one given with --at, for which the write-ahead log has to be there (holdfast window)."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast restore latest --to /srv/restored",
      "  holdfast restore 20261122T020000Z --source database --to /var/lib/postgresql/18/main --overwrite",
      "  holdfast restore --source uploads --path 2026/report.pdf --to /tmp/report",
      "  holdfast restore --before-delete public.projects:4711 --to /srv/restored",
      "  holdfast restore --source database --at '2026-11-26 14:30:00Z' --to /var/lib/postgresql/18/main"
    })
final class RestoreCommand extends Subcommand {
  /** What can be asked for. */
  enum Only {
    DATABASE,
    FILES,
    CONFIG;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "BACKUP",
      defaultValue = "latest",
      description =
          "An id, the beginning of one, or 'latest', the default: the newest that holds what is wanted.")
  private String backup = "latest";

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "Where to.")
  private String target = "";

  @Mixin private final SourceOption sources = new SourceOption();

  @Mixin private final PolicyOption policy = new PolicyOption();

  @Option(
      names = "--only",
      paramLabel = "TYPE",
      split = ",",
      description = "Only sources of this type: ${COMPLETION-CANDIDATES}; may be repeated.")
  private List<Only> only = List.of();

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "Only this file or directory of the source; may be repeated.")
  private List<String> paths = List.of();

  @Option(
      names = "--overwrite",
      description =
          "The directory may hold something. Files of the backup replace theirs, others stay; of a database's own data"
              + " directory only what differs is replaced, and what is not in the backup is removed.")
  private boolean overwrite;

  @Option(
      names = "--replace-cluster",
      description = "With --overwrite: the data directory of another cluster may be replaced too.")
  private boolean replaceCluster;

  @Option(
      names = "--tablespace",
      paramLabel = "WHICH=DIR",
      description = "Where a tablespace goes, by its oid or its old directory; may be repeated.")
  private List<String> tablespaces = List.of();

  @Option(
      names = "--at",
      paramLabel = "TARGET",
      description =
          "What a database is recovered to: 'latest', a time with its zone, an LSN, xid:NUMBER, or point:NAME. The"
              + " backup is chosen to fit, unless one is named; files come as that backup has them.")
  private @Nullable String at;

  @Option(
      names = "--before-delete",
      paramLabel = "TABLE:KEY",
      description =
          "Recover a database to just before the row with this primary key was deleted, like public.projects:4711"
              + " or app/projects:4711. A scratch server looks for it, on a copy of the cluster beside DIR.")
  private @Nullable String beforeDelete;

  @Option(
      names = "--postgres-bin",
      paramLabel = "DIR",
      description =
          "With --before-delete: where the programs of a server of the same major version are, if not in a usual place.")
  private @Nullable Path postgresPrograms;

  @Option(
      names = "--exclusive",
      description = "With --at: end just before the target instead of with it.")
  private boolean exclusive;

  @Option(
      names = "--timeline",
      paramLabel = "NUMBER",
      description =
          "With --at or --before-delete: the timeline on the way to which the target lies; else the newest.")
  private @Nullable Integer timeline;

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  RestoreCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    Set<SourceType> types =
        only.stream().map(type -> SourceType.valueOf(type.name())).collect(Collectors.toSet());
    Configuration configuration = configuration();
    Optional<FindDeletion.Found> deletion = deletion(configuration);
    RunRestore.Request request =
        new RunRestore.Request(
            repository.in(configuration),
            backup,
            policy.name(),
            absolute(BytePath.fromArgument(target)),
            deletion.isPresent() ? List.of(database(configuration).name()) : sources.names(),
            types,
            paths.stream().map(BytePath::fromArgument).toList(),
            overwrite,
            replaceCluster,
            tablespaces,
            deletion.map(FindDeletion.Found::target).or(this::at));
    RunRestore.Result result =
        withProgress(progress -> new RunRestore(context().surroundings()).run(request, progress));
    result.warnings().forEach(this::warn);
    for (RunRestore.Restored source : result.sources()) {
      warn(source.name(), source.warnings(), source.warningCount());
    }
    if (options().json()) {
      printJson(new Json(result, deletion.map(Deletion::of)));
    } else {
      show(result);
    }
    return result.warningCount() > 0 ? ExitCode.WARNINGS : ExitCode.OK;
  }

  /** Which transaction deleted the row, and when. */
  private record Deletion(long xid, Instant time) {
    static Deletion of(FindDeletion.Found found) {
      return new Deletion(found.xid(), found.time());
    }
  }

  private record Json(@JsonUnwrapped RunRestore.Result result, Optional<Deletion> deletion) {}

  /** Looks for a row that was deleted, if one is named. */
  private Optional<FindDeletion.Found> deletion(Configuration configuration) {
    String row = beforeDelete;
    if (row == null) {
      return Optional.empty();
    }
    if (at != null || exclusive) {
      throw new ParameterException(
          spec.commandLine(), "--before-delete says it all; leave out --at and --exclusive");
    }
    Path place = Path.of(absolute(BytePath.fromArgument(target)).toString());
    FindDeletion.Request request =
        new FindDeletion.Request(
            repository.in(configuration),
            database(configuration),
            DeletedRow.parse(row),
            timeline(),
            absolute(BytePath.fromArgument(target)),
            overwrite || replaceCluster,
            place.resolveSibling(place.getFileName() + ".scratch"),
            Optional.ofNullable(postgresPrograms));
    FindDeletion.Found found =
        withProgress(progress -> new FindDeletion(context().surroundings()).run(request, progress));
    if (!options().json()) {
      print(
          SafeText.of(row)
              + " was deleted by transaction "
              + found.xid()
              + " at "
              + HumanFormat.time(found.time(), ZoneOffset.UTC));
    }
    return Optional.of(found);
  }

  private SourceSettings.Postgresql database(Configuration configuration) {
    if (sources.names().size() > 1) {
      throw new ParameterException(
          spec.commandLine(), "--before-delete is of one database: name it with --source");
    }
    return configuration.database(sources.names().isEmpty() ? "" : sources.names().getFirst());
  }

  private @Nullable Timeline timeline() {
    Integer number = timeline;
    if (number != null && number < 1) {
      throw new ParameterException(spec.commandLine(), "--timeline is a number from 1 on");
    }
    return number == null ? null : new Timeline(number);
  }

  private Optional<RecoveryRequest> at() {
    String text = at;
    Integer number = timeline;
    if (text == null) {
      if (exclusive || number != null) {
        throw new ParameterException(
            spec.commandLine(), "--exclusive and --timeline say more of --at, which is not given");
      }
      return Optional.empty();
    }
    RecoveryTarget target = RecoveryTarget.parse(text);
    if (exclusive && target instanceof RecoveryTarget.Latest) {
      throw new ParameterException(
          spec.commandLine(), "--exclusive has no meaning with --at latest");
    }
    return Optional.of(new RecoveryRequest(target, !exclusive, timeline()));
  }

  private static BytePath absolute(BytePath path) {
    return path.isAbsolute()
        ? path
        : BytePath.of(Path.of("").toAbsolutePath().toString()).resolve(path);
  }

  private void show(RunRestore.Result result) {
    print(
        terminal().green("restored")
            + " "
            + terminal().bold(result.backup())
            + " of "
            + HumanFormat.time(result.timestamp(), ZoneOffset.UTC)
            + " in "
            + HumanFormat.duration(result.duration()));
    for (RunRestore.Restored source : result.sources()) {
      print(
          "  "
              + SafeText.of(source.name() + " -> " + source.target())
              + ": "
              + HumanFormat.count(source.files(), "file")
              + ", "
              + HumanFormat.size(source.bytes())
              + (overwrite && source.fetchedBytes() < source.bytes()
                  ? ", of it fetched " + HumanFormat.size(source.fetchedBytes())
                  : ""));
      source.recovery().ifPresent(this::show);
      source.tablespaces().stream()
          .filter(tablespace -> !tablespace.place().equals(tablespace.before()))
          .forEach(this::show);
    }
    for (RunRestore.Restored source : result.sources()) {
      if (!source.reindex().isEmpty()) {
        print("");
        print("After the first start of " + SafeText.of(source.name()) + ", run in psql:");
        source.reindex().stream()
            .flatMap(database -> database.script().stream())
            .forEach(line -> print("  " + SafeText.of(line)));
      }
    }
  }

  private void show(RunRestore.Recovery recovery) {
    print(
        "    when it is started, it recovers to "
            + recovery.lsn()
            + " on timeline "
            + recovery.timeline()
            + "; last commit: "
            + recovery.lastCommit());
  }

  private void show(PlacedTablespace tablespace) {
    print(
        "    "
            + SafeText.of(
                "tablespace "
                    + tablespace.oid()
                    + " -> "
                    + tablespace.place()
                    + " instead of "
                    + tablespace.before()));
  }
}
