package io.holdfast.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The command {@code holdfast} and what is below it. */
@Command(
    name = "holdfast",
    mixinStandardHelpOptions = true,
    versionProvider = ProductVersion.class,
    description = "Backs up PostgreSQL, files and configuration, and brings them back.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "First steps:",
      "  holdfast demo                      see it work, on data of its own",
      "  holdfast init && holdfast backup   once holdfast.yaml is written (docs/configuration.md)"
    })
final class HoldfastCommand implements Runnable {
  private final Terminal terminal;

  private HoldfastCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    CommandLine.usage(this, terminal.out());
  }

  /** The whole command line, ready to execute. */
  static CommandLine in(Context context) {
    CommandLine root = new CommandLine(new HoldfastCommand(context.terminal()));
    root.addSubcommand(new InitCommand(context))
        .addSubcommand(new CheckCommand(context))
        .addSubcommand(new BackupCommand(context))
        .addSubcommand(new BackupsCommand(context))
        .addSubcommand(new ShowCommand(context))
        .addSubcommand(new RestoreCommand(context))
        .addSubcommand(new VerifyCommand(context));
    root.addSubcommand(
        new CommandLine(new ConfigCommand(context.terminal()))
            .addSubcommand(new ConfigValidateCommand(context))
            .addSubcommand(new ConfigSchemaCommand(context)));
    root.addSubcommand(new DemoCommand(context)).addSubcommand(new VersionCommand(context));
    root.getCommandSpec().usageMessage().exitCodeList(exitCodes());
    ReportFailure failures = new ReportFailure(context.terminal());
    return root.setExecutionStrategy(parsed -> execute(parsed, failures))
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(new PrintWriter(context.terminal().out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(context.terminal().err(), true, StandardCharsets.UTF_8))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(context.terminal().colour() ? Ansi.ON : Ansi.OFF))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(110)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Picocli hands on exceptions only; an error is told in one line too. */
  private static int execute(ParseResult parsed, ReportFailure failures) {
    try {
      return new RunLast().execute(parsed);
    } catch (Error e) {
      return failures.handleError(e, parsed);
    }
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(Integer.toString(code.number()), code.meaning());
    }
    return codes;
  }
}
