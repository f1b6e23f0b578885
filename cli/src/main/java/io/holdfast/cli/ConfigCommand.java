package io.holdfast.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code holdfast config}: only what is below it does something. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Checks and describes the configuration.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  holdfast config validate -c holdfast.yaml"})
final class ConfigCommand implements Runnable {
  private final Terminal terminal;

  ConfigCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    CommandLine.usage(this, terminal.out());
  }
}
