package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import io.holdfast.engine.RepositorySettings;
import picocli.CommandLine.Option;

/** Which repository a command works on. */
final class RepositoryOption {
  @Option(
      names = "--repository",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Which one, if the configuration names several.")
  private String name = "";

  /** Empty: the only one. */
  String name() {
    return name;
  }

  RepositorySettings in(Configuration configuration) {
    return configuration.repository(name);
  }
}
