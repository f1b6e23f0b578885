package io.holdfast.cli;

import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.RunVerification;
import io.holdfast.repository.VerificationLevel;
import io.holdfast.repository.VerificationReport;
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
          + " that were written. Level 3: also every chunk decrypts, decompresses and has its hash."
    },
    footer = {"", "Examples:", "  holdfast verify", "  holdfast verify --level 2"})
final class VerifyCommand extends Subcommand {
  @Option(
      names = "--level",
      paramLabel = "1|2|3",
      defaultValue = "3",
      description = "How deep; default 3.")
  private int level = 3;

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Spec private CommandSpec spec = CommandSpec.create();

  VerifyCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    if (level < 1 || level > 3) {
      throw new ParameterException(
          spec.commandLine(), "There is no level " + level + "; there are 1, 2 and 3");
    }
    VerificationReport report =
        withProgress(
            progress ->
                new RunVerification(context().surroundings())
                    .run(repository.in(configuration()), VerificationLevel.of(level), progress));
    if (options().json()) {
      printJson(report);
    } else {
      show(report);
    }
    return report.isSound() ? ExitCode.OK : ExitCode.CORRUPT;
  }

  private void show(VerificationReport report) {
    for (VerificationReport.Problem problem : report.problems()) {
      print(terminal().red("damaged ") + SafeText.of(problem.object() + ": " + problem.what()));
    }
    if (report.problemCount() > report.problems().size()) {
      print("and " + (report.problemCount() - report.problems().size()) + " more");
    }
    String verdict = report.isSound() ? terminal().green("sound") : terminal().red("NOT SOUND");
    print(
        verdict
            + ", looked at level "
            + level
            + ": "
            + HumanFormat.count(report.backups(), "backup")
            + ", "
            + HumanFormat.count(report.packs(), "pack")
            + ", "
            + HumanFormat.size(report.bytes())
            + (level == 3 ? ", " + HumanFormat.count(report.chunks(), "chunk") : ""));
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
              + (level == 3
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
