package io.holdfast.cli;

import picocli.CommandLine.Option;

/** Which database a command works on. */
final class DatabaseOption {
  @Option(
      names = "--source",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The database, if the configuration names several.")
  private String name = "";

  /** Empty: the only one. */
  String name() {
    return name;
  }
}
