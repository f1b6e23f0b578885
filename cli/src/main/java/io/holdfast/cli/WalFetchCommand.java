package io.holdfast.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code holdfast wal fetch}. */
@Command(
    name = "fetch",
    description = {
      "Brings back a file of a server's write-ahead log: for restore_command, of a standby for example.",
      "A server takes an exit code up to 125 for 'there is no such file', and may end its recovery there: so the launcher ends"
          + " with 1 for that and nothing else, and with 126 or more when something failed."
    },
    footer = {
      "",
      "Example:",
      "  holdfast wal fetch 000000010000000A000000FE pg_wal/RECOVERYXLOG",
      "In postgresql.conf:",
      "  restore_command = 'holdfast wal fetch -c /etc/holdfast/holdfast.yaml %%f %%p'"
    })
final class WalFetchCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "As the server gives it with %%f.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "As the server gives it with %%p.")
  private Path file = Path.of("");

  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  private final Archives archives;
  private final Delivery delivery;

  WalFetchCommand(Context context, Archives archives, Delivery delivery) {
    super(context);
    this.archives = archives;
    this.delivery = delivery;
  }

  @Override
  ExitCode run() {
    Path inDirectory = delivery.place(context().directory().resolve(file));
    return archives.use(place(database, repository), archive -> archive.fetch(name, inDirectory))
        ? ExitCode.OK
        : ExitCode.ABSENT;
  }
}
