package io.holdfast.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.RepositorySettings;
import io.holdfast.engine.RunVerification;
import io.holdfast.engine.VerifyLogs;
import io.holdfast.repository.VerificationLevel;
import io.holdfast.repository.VerificationReport;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast verify}. */
@Command(
    name = "verify",
    description = {
      "Verifies that a repository holds what was written to it, and lists everything that is not so.",
      "Level 1: every object is there with its size, every record opens, what opens the repository is sound. Level 2: also the bytes of every pack are those"
          + " that were written. Level 3: also every chunk decrypts, decompresses and has its hash, and the write-ahead logs are read record by record."
          + " Level wal: those logs alone."
    },
    footer = {"", "Examples:", "  holdfast verify", "  holdfast verify --level wal"})
final class VerifyCommand extends Subcommand {
  private static final String LOGS = "wal";
  private static final String DEEPEST = "3";

  @Option(
      names = "--level",
      paramLabel = "1|2|3|wal",
      defaultValue = DEEPEST,
      description = "How deep; default 3.")
  private String level = DEEPEST;

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  VerifyCommand(Context context) {
    super(context);
  }

  /** Both, with the members of the first as those of the whole. */
  private record Json(
      @JsonUnwrapped @Nullable VerificationReport objects,
      List<VerifyLogs.Verified> logs,
      List<String> logProblems) {}

  @Override
  ExitCode run() {
    RepositorySettings settings = repository.in(configuration());
    VerificationReport report =
        level.equals(LOGS)
            ? null
            : withProgress(
                progress ->
                    new RunVerification(context().surroundings())
                        .run(settings, numbered(), progress));
    VerifyLogs.Found logs =
        level.equals(LOGS) || level.equals(DEEPEST)
            ? withProgress(
                progress -> new VerifyLogs(context().surroundings()).run(settings, progress))
            : new VerifyLogs.Found(List.of(), List.of());
    if (options().json()) {
      printJson(new Json(report, logs.logs(), logs.problems()));
    } else {
      if (report != null) {
        show(report);
      }
      logs.logs().forEach(this::show);
      logs.problems().forEach(problem -> print(terminal().red("damaged ") + SafeText.of(problem)));
      if (level.equals(LOGS) && logs.logs().isEmpty() && logs.problems().isEmpty()) {
        print("There is no write-ahead log in the repository.");
      }
    }
    boolean sound = (report == null || report.isSound()) && logs.isSound();
    return sound ? ExitCode.OK : ExitCode.CORRUPT;
  }

  private VerificationLevel numbered() {
    return switch (level) {
      case "1" -> VerificationLevel.OBJECTS;
      case "2" -> VerificationLevel.HASHES;
      case DEEPEST -> VerificationLevel.CONTENT;
      default ->
          throw new ParameterException(
              spec.commandLine(), "There is no level " + level + "; there are 1, 2, 3 and wal");
    };
  }

  private void show(VerifyLogs.Verified log) {
    for (String problem : log.problems()) {
      print(terminal().red("damaged ") + SafeText.of(log.source() + ": " + problem));
    }
    if (log.problemCount() > log.problems().size()) {
      print("and " + (log.problemCount() - log.problems().size()) + " more");
    }
    print(
        verdict(log.problemCount() == 0)
            + ", the log of "
            + SafeText.of(log.source())
            + " (PostgreSQL "
            + log.major()
            + ", cluster "
            + log.system()
            + "): "
            + HumanFormat.count(log.pieces(), "piece")
            + ", "
            + HumanFormat.size(log.bytes())
            + ", "
            + HumanFormat.count(log.records(), "record"));
  }

  private String verdict(boolean sound) {
    return sound ? terminal().green("sound") : terminal().red("NOT SOUND");
  }

  private void show(VerificationReport report) {
    for (VerificationReport.Problem problem : report.problems()) {
      print(terminal().red("damaged ") + SafeText.of(problem.object() + ": " + problem.what()));
    }
    if (report.problemCount() > report.problems().size()) {
      print("and " + (report.problemCount() - report.problems().size()) + " more");
    }
    print(
        verdict(report.isSound())
            + ", looked at level "
            + level
            + ": "
            + HumanFormat.count(report.backups(), "backup")
            + ", "
            + HumanFormat.count(report.packs(), "pack")
            + ", "
            + HumanFormat.size(report.bytes())
            + (level.equals(DEEPEST) ? ", " + HumanFormat.count(report.chunks(), "chunk") : ""));
    if (report.problems().stream().anyMatch(problem -> problem.object().startsWith("packs/"))) {
      print(
          "To heal packs: move the damaged files out of the repository and run 'holdfast backup'. It stores"
              + " again what the sources still have, and earlier backups read it from there.");
    }
    if (report.replacedPacks() > 0) {
      print(
          HumanFormat.count(report.replacedPacks(), "pack")
              + " missing or damaged, but all that it held is in others: harmless");
    }
    if (report.unusedPacks() > 0) {
      print(
          HumanFormat.count(report.unusedPacks(), "pack")
              + (level.equals(DEEPEST)
                  ? " that no backup needs, left by a writer that died: harmless"
                  : " that no index object names: left by a writer that died, or index objects were"
                      + " lost; 'holdfast verify --level 3' tells"));
    }
    if (report.strangerCount() > 0) {
      print(
          HumanFormat.count(
                  report.strangerCount(),
                  "file that is not part of the repository",
                  "files that are not part of the repository")
              + ", passed over: "
              + SafeText.of(String.join(", ", report.strangers()))
              + (report.strangerCount() > report.strangers().size() ? ", and more" : ""));
    }
  }
}
