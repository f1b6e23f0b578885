package io.holdfast.cli;

import io.holdfast.engine.CheckSources;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code holdfast check}. */
@Command(
    name = "check",
    description =
        "Looks whether a backup would work: repositories, keys, rights, settings, directories. Changes nothing,"
            + " and names what is missing with the statement that mends it.",
    footer = {"", "Example:", "  holdfast check -c holdfast.yaml"})
final class CheckCommand extends Subcommand {
  CheckCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    List<CheckSources.Finding> findings =
        new CheckSources(context().surroundings()).run(configuration());
    if (options().json()) {
      printJson(findings);
    } else {
      findings.forEach(this::show);
    }
    if (findings.stream().anyMatch(f -> f.severity() == CheckSources.Severity.PROBLEM)) {
      return ExitCode.CONFIGURATION;
    }
    return findings.stream().anyMatch(f -> f.severity() == CheckSources.Severity.WARNING)
        ? ExitCode.WARNINGS
        : ExitCode.OK;
  }

  private void show(CheckSources.Finding finding) {
    String mark =
        switch (finding.severity()) {
          case FINE -> terminal().green("ok      ");
          case WARNING -> terminal().yellow("warning ");
          case PROBLEM -> terminal().red("problem ");
        };
    print(mark + SafeText.of(finding.subject() + ": " + finding.message()));
    if (!finding.remedy().isEmpty()) {
      print("          " + SafeText.of(finding.remedy()));
    }
  }
}
