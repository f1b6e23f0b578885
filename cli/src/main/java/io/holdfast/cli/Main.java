package io.holdfast.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program's entry. */
@Command(
    name = "holdfast",
    mixinStandardHelpOptions = true,
    versionProvider = ProductVersion.class,
    description = "Backs up PostgreSQL, files and configuration, and brings them back.")
public final class Main implements Runnable {
  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(new RawArguments().of(args)));
  }
}
