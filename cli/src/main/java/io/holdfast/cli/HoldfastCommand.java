package io.holdfast.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
  private static final Map<String, Function<Context, Object>> COMMANDS = commands();

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
    return commandLine(context, COMMANDS.keySet());
  }

  /**
   * As much of the command line as these arguments need: to read what all commands can do takes
   * longer than to list backups.
   */
  static CommandLine in(Context context, String[] arguments) {
    boolean known = arguments.length > 0 && COMMANDS.containsKey(arguments[0]);
    return commandLine(context, known ? Set.of(arguments[0]) : COMMANDS.keySet());
  }

  private static Map<String, Function<Context, Object>> commands() {
    Map<String, Function<Context, Object>> commands = new LinkedHashMap<>();
    commands.put("init", InitCommand::new);
    commands.put("check", CheckCommand::new);
    commands.put("backup", BackupCommand::new);
    commands.put("backups", BackupsCommand::new);
    commands.put("show", ShowCommand::new);
    commands.put("restore", RestoreCommand::new);
    commands.put("verify", VerifyCommand::new);
    commands.put("window", WindowCommand::new);
    commands.put("point", PointCommand::new);
    commands.put("wal", HoldfastCommand::wal);
    commands.put("config", HoldfastCommand::config);
    commands.put("demo", DemoCommand::new);
    commands.put("version", VersionCommand::new);
    return Collections.unmodifiableMap(commands);
  }

  private static CommandLine config(Context context) {
    return new CommandLine(new ConfigCommand(context.terminal()))
        .addSubcommand(new ConfigValidateCommand(context))
        .addSubcommand(new ConfigSchemaCommand(context));
  }

  private static CommandLine wal(Context context) {
    return new CommandLine(new WalCommand(context.terminal()))
        .addSubcommand(new WalReceiveCommand(context))
        .addSubcommand(new WalPushCommand(context, Archives.ofCommand(context)))
        .addSubcommand(new WalFetchCommand(context, Archives.ofCommand(context), Delivery.DIRECT))
        .addSubcommand(new WalAgentCommand(context))
        .addSubcommand(new WalWatchdogCommand(context));
  }

  /** What the agent does for others: the commands that a server runs for each segment. */
  static CommandLine archiving(Context context, Archives archives, Delivery delivery) {
    CommandLine root = new CommandLine(new HoldfastCommand(context.terminal()));
    root.addSubcommand(
        new CommandLine(new WalCommand(context.terminal()))
            .addSubcommand(new WalPushCommand(context, archives))
            .addSubcommand(new WalFetchCommand(context, archives, delivery)));
    return settled(root, context).setExpandAtFiles(false); // they would be looked for elsewhere
  }

  private static CommandLine commandLine(Context context, Set<String> names) {
    CommandLine root = new CommandLine(new HoldfastCommand(context.terminal()));
    COMMANDS.forEach(
        (name, make) -> {
          if (names.contains(name)) {
            root.addSubcommand(name, make.apply(context));
          }
        });
    return settled(root, context);
  }

  private static CommandLine settled(CommandLine root, Context context) {
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
