package io.holdfast.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** Which sources of a backup a command works on. */
final class SourceOption {
  @Option(
      names = "--source",
      paramLabel = "NAME",
      description = "Only this source; may be repeated.")
  private List<String> names = List.of();

  /** Empty: all. */
  List<String> names() {
    return names;
  }
}
