package io.holdfast.cli;

import picocli.CommandLine.Option;

/** Of which policy a backup is that a command works on. */
final class PolicyOption {
  @Option(
      names = "--policy",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only a backup of this policy.")
  private String name = "";

  /** Empty: any. */
  String name() {
    return name;
  }
}
