package io.holdfast.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code holdfast wal}: only what is below it does something. */
@Command(
    name = "wal",
    mixinStandardHelpOptions = true,
    description = "Keeps the write-ahead log of databases, for recovery to any moment.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example:", "  holdfast wal receive --source main"})
final class WalCommand implements Runnable {
  private final Terminal terminal;

  WalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    CommandLine.usage(this, terminal.out());
  }
}
