package io.holdfast.cli;

import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.RunBackup;
import io.holdfast.repository.BackupType;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast backup}. */
@Command(
    name = "backup",
    description = {
      "Backs up the sources of a policy, all side by side, as one recovery point.",
      "Both types store only what is new and are complete by themselves. A full one reads everything; an incremental"
          + " one skips files that the file system says are unchanged. The first one is always full."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast backup",
      "  holdfast backup --type full --policy nightly"
    })
final class BackupCommand extends Subcommand {
  /** What can be asked for. */
  enum Type {
    FULL,
    INCREMENTAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "One of ${COMPLETION-CANDIDATES}. Default: incremental.")
  private @Nullable Type type;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Which one, if the configuration holds several.")
  private String policy = "";

  BackupCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    RunBackup.Request request =
        new RunBackup.Request(
            configuration(),
            policy,
            Optional.ofNullable(type).map(wanted -> BackupType.valueOf(wanted.name())));
    BackupMetadata backup =
        withProgress(progress -> new RunBackup(context().surroundings()).run(request, progress));
    backup.warnings().forEach(this::warn);
    for (BackupMetadata.Source source : backup.sources()) {
      warn(source.name(), source.warnings(), source.warningCount());
    }
    if (options().json()) {
      printJson(backup);
    } else {
      show(backup);
    }
    return backup.warningCount() > 0 ? ExitCode.WARNINGS : ExitCode.OK;
  }

  private void show(BackupMetadata backup) {
    print(
        terminal().green(backup.status().label())
            + " "
            + backup.type().label()
            + " backup "
            + terminal().bold(backup.id()));
    for (BackupMetadata.Source source : backup.sources()) {
      print(
          "  "
              + SafeText.of(source.name())
              + ": "
              + HumanFormat.size(source.size())
              + " in "
              + HumanFormat.count(source.entries(), "entry", "entries"));
    }
    print(
        "  "
            + HumanFormat.size(backup.size())
            + " protected, "
            + HumanFormat.size(backup.storedBytes())
            + " stored, in "
            + HumanFormat.duration(backup.duration())
            + " ("
            + HumanFormat.rate(backup.size(), backup.duration())
            + ")");
    backup
        .spread()
        .ifPresent(
            spread ->
                print(
                    "  files were read within "
                        + HumanFormat.duration(spread)
                        + " of the moment that the database stands for"));
  }
}
