package io.holdfast.cli;

import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.ListBackups;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code holdfast backups}. */
@Command(
    name = "backups",
    description =
        "Lists the backups in a repository, oldest first, with those that are being made.",
    footer = {"", "Examples:", "  holdfast backups", "  holdfast backups --failed --json"})
final class BackupsCommand extends Subcommand {
  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Option(names = "--failed", description = "List attempts that failed too.")
  private boolean failed;

  @Option(
      names = "--transactions",
      description =
          "List transaction backups too: what was stored of write-ahead logs, every quarter of an hour.")
  private boolean transactions;

  BackupsCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    ListBackups.Listed listed =
        new ListBackups(context().surroundings())
            .run(repository.in(configuration()), failed, transactions);
    List<BackupMetadata> backups = listed.backups();
    listed.warnings().forEach(this::warn);
    if (options().json()) {
      printJson(listed);
    } else if (backups.isEmpty() && listed.warnings().isEmpty()) {
      print("There is no backup yet. Make one with: holdfast backup");
    } else {
      print(terminal().bold(row("ID", "TIME", "SIZE", "STORED", "DURATION", "POLICY", "STATUS")));
      backups.forEach(this::show);
    }
    return listed.warnings().isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
  }

  private void show(BackupMetadata backup) {
    String status = backup.status().label();
    if (backup.warningCount() > 0) {
      status += ", " + HumanFormat.count(backup.warningCount(), "warning");
    }
    if (backup.error().isPresent()) {
      status += ": " + SafeText.of(backup.error().get());
    }
    print(
        row(
            backup.id(),
            HumanFormat.time(backup.timestamp(), ZoneOffset.UTC),
            HumanFormat.size(backup.size()),
            HumanFormat.size(backup.storedBytes()),
            HumanFormat.duration(backup.duration()),
            SafeText.of(backup.policy()),
            status));
  }

  private static String row(Object... columns) {
    return String.format(Locale.ROOT, "%-49s %-23s %9s %9s %10s  %-12s  %s", columns)
        .stripTrailing();
  }
}
