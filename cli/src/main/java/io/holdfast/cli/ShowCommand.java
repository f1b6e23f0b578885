package io.holdfast.cli;

import io.holdfast.engine.BackupFile;
import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.ShowBackup;
import io.holdfast.posix.BytePath;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code holdfast show}. */
@Command(
    name = "show",
    description = "Shows what is in a backup: what there is to know about it, and its files.",
    footer = {
      "",
      "Examples:",
      "  holdfast show latest",
      "  holdfast show 20261122T020000Z-full uploads/2026 --source uploads"
    })
final class ShowCommand extends Subcommand {
  @Parameters(
      index = "0",
      paramLabel = "BACKUP",
      description =
          "An id, the beginning of one, or 'latest': the newest that holds what is wanted.")
  private String backup = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      defaultValue = "",
      description = "Only this file, or what is below this directory.")
  private String path = "";

  @Mixin private final SourceOption sources = new SourceOption();

  @Mixin private final PolicyOption policy = new PolicyOption();

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  ShowCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    ShowBackup.Request request =
        new ShowBackup.Request(
            repository.in(configuration()),
            backup,
            policy.name(),
            sources.names(),
            BytePath.fromArgument(path));
    ShowBackup show = new ShowBackup(context().surroundings());
    List<String> warnings;
    if (options().json()) {
      try (BackupJson json = new BackupJson(terminal().out())) {
        warnings = show.run(request, json);
      }
    } else {
      warnings = show.run(request, new Listing());
    }
    warnings.forEach(this::warn);
    return warnings.isEmpty() ? ExitCode.OK : ExitCode.WARNINGS;
  }

  private final class Listing implements ShowBackup.Viewer {
    @Override
    public void backup(BackupMetadata backup) {
      print(terminal().bold(backup.id()));
      field("time", HumanFormat.time(backup.timestamp(), ZoneOffset.UTC));
      field("type", backup.type().label());
      field("status", backup.status().label());
      field(
          "size",
          HumanFormat.size(backup.size())
              + ", of it stored by this one "
              + HumanFormat.size(backup.storedBytes()));
      field("duration", HumanFormat.duration(backup.duration()));
      field("policy", backup.policy());
      field("made by", backup.client() + ", holdfast " + backup.version());
      field("checksum", backup.checksum());
      field("key", backup.encryptionKeyId());
      backup
          .anchor()
          .ifPresent(
              anchor ->
                  field(
                      "anchor",
                      anchor.lsn() + ", " + HumanFormat.time(anchor.time(), ZoneOffset.UTC)));
      backup.spread().ifPresent(spread -> field("spread", HumanFormat.duration(spread)));
      backup.warnings().forEach(ShowCommand.this::warn);
      for (BackupMetadata.Source source : backup.sources()) {
        field(
            "source",
            source.name()
                + " ("
                + source.type().label()
                + "): "
                + HumanFormat.size(source.size())
                + " in "
                + HumanFormat.count(source.entries(), "entry", "entries"));
        warn(source.name(), source.warnings(), source.warningCount());
      }
      print("");
    }

    private void field(String name, String value) {
      print(String.format(Locale.ROOT, "  %-9s %s", name, SafeText.of(value)));
    }

    @Override
    public void file(BackupFile file) {
      String name = file.path().isEmpty() ? "." : file.path().toString();
      String target = file.target().map(to -> " -> " + to).orElse("");
      String time = file.modified().map(at -> HumanFormat.time(at, ZoneOffset.UTC)).orElse("-");
      print(
          String.format(
              Locale.ROOT,
              "%s %-17s %9s  %-23s  %s",
              FileMode.text(file.node(), file.mode()),
              SafeText.of(file.owner() + ":" + file.group()),
              HumanFormat.size(file.size()),
              time,
              SafeText.of(file.source() + ": " + name + target)));
    }
  }
}
