package io.holdfast.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code holdfast wal push}. */
@Command(
    name = "push",
    description = {
      "Stores a file of a server's write-ahead log: for archive_command, where the log cannot be received.",
      "It ends with 0 when the file is durable in the repository; a file that is pushed again is stored once."
    },
    footer = {
      "",
      "Example:",
      "  holdfast wal push pg_wal/000000010000000A000000FE",
      "In postgresql.conf:",
      "  archive_command = 'holdfast wal push -c /etc/holdfast/holdfast.yaml %%p'"
    })
final class WalPushCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "FILE", description = "As the server gives it with %%p.")
  private Path file = Path.of("");

  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  private final Archives archives;

  WalPushCommand(Context context, Archives archives) {
    super(context);
    this.archives = archives;
  }

  @Override
  ExitCode run() {
    Path inDirectory = context().directory().resolve(file);
    archives
        .use(place(database, repository), archive -> archive.push(inDirectory))
        .ifPresent(this::warn);
    return ExitCode.OK; // also with a warning: a server would push the file for ever
  }
}
