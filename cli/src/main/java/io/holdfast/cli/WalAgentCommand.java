package io.holdfast.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast wal agent}. */
@Command(
    name = "agent",
    description = {
      "Runs 'wal push' and 'wal fetch' for the servers of this account, so that no JVM starts for each segment.",
      "They start it where none runs, and it ends when nobody asked for half an hour: to run it as a service is possible,"
          + " not necessary. While a server recovers it reads ahead of it."
    },
    footer = {"", "Example:", "  holdfast wal agent --idle 30"})
final class WalAgentCommand extends Subcommand {
  /** Longer than any process lives. */
  private static final Duration EVER = Duration.ofDays(10_000);

  @Option(
      names = "--idle",
      paramLabel = "MINUTES",
      defaultValue = "0",
      description = "End when nobody has asked for so long. Default: never.")
  private int idle;

  WalAgentCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    AgentEndpoint endpoint = AgentEndpoint.at(context().agent(), new SecureRandom());
    String program = state();
    new WalAgent(context(), endpoint, () -> !state().equals(program))
        .run(idle > 0 ? Duration.ofMinutes(idle) : EVER, () -> tell(endpoint));
    return ExitCode.OK;
  }

  private void tell(AgentEndpoint endpoint) {
    if (!options().quiet()) {
      print("answering at " + endpoint.file());
    }
  }

  /** Of the program's files: what is loaded later must fit what is loaded. */
  private static String state() {
    StringBuilder state = new StringBuilder();
    String paths = System.getProperty("java.class.path");
    Path first = Path.of(paths.split(File.pathSeparator, 2)[0]).toAbsolutePath();
    try (DirectoryStream<Path> beside =
        Files.newDirectoryStream(Objects.requireNonNull(first.getParent()))) {
      for (Path path : beside) {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        state.append(path).append(file.fileKey()).append(file.lastModifiedTime());
      }
    } catch (IOException _) {
      return ""; // another than before: it is gone
    }
    return state.toString();
  }
}
