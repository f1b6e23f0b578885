package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import java.util.Set;
import picocli.CommandLine.Command;

/** {@code holdfast config validate}. */
@Command(
    name = "validate",
    description =
        "Says whether the configuration is right; if not, what is wrong in which line and column.",
    footer = {"", "Example:", "  holdfast config validate -c holdfast.yaml"})
final class ConfigValidateCommand extends Subcommand {
  ConfigValidateCommand(Context context) {
    super(context);
  }

  /** What is printed with {@code --json}. */
  record Result(
      String file,
      boolean valid,
      Set<String> repositories,
      Set<String> sources,
      Set<String> policies) {}

  @Override
  ExitCode run() {
    Configuration configuration = configuration();
    String file = context().configurationFile(options().config()).toString();
    if (options().json()) {
      printJson(
          new Result(
              file,
              true,
              configuration.repositories().keySet(),
              configuration.sources().keySet(),
              configuration.policies().keySet()));
    } else {
      print(terminal().green("valid") + ": " + SafeText.of(file));
      print("  repositories: " + String.join(", ", configuration.repositories().keySet()));
      print("  sources:      " + String.join(", ", configuration.sources().keySet()));
      print("  policies:     " + String.join(", ", configuration.policies().keySet()));
    }
    return ExitCode.OK;
  }
}
