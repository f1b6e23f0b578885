package io.holdfast.cli;

import picocli.CommandLine.Command;

/** {@code holdfast version}. */
@Command(
    name = "version",
    description = "Prints the versions of the program and of Java.",
    footer = {"", "Example:", "  holdfast version --json"})
final class VersionCommand extends Subcommand {
  VersionCommand(Context context) {
    super(context);
  }

  /** What is printed with {@code --json}. */
  record Result(String version, String java, String os) {}

  @Override
  ExitCode run() {
    Result result =
        new Result(
            ProductVersion.number(),
            Runtime.version().toString(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    if (options().json()) {
      printJson(result);
    } else {
      print("holdfast " + result.version + " (Java " + result.java + ", " + result.os + ")");
    }
    return ExitCode.OK;
  }
}
