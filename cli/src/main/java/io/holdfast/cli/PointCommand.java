package io.holdfast.cli;

import io.holdfast.engine.NamePoint;
import io.holdfast.postgres.recovery.RecoveryTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code holdfast point}. */
@Command(
    name = "point",
    description = {
      "Gives the present moment of a database a name in its write-ahead log, to recover to it later: before a release, or a"
          + " change that may go wrong.",
      "To recover to it, the log up to there has to be kept (holdfast wal receive)."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast point before-release-7",
      "  holdfast restore --at point:before-release-7 --source main --to /srv/restored"
    })
final class PointCommand extends Subcommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "1 to 63 bytes.")
  private String name = "";

  @Mixin private final DatabaseOption database = new DatabaseOption();

  PointCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    RecoveryTarget.Point point = RecoveryTarget.point(name);
    NamePoint.Named named =
        new NamePoint(context().surroundings()).run(configuration(), database.name(), point);
    if (options().json()) {
      printJson(named);
    } else {
      print(
          SafeText.of(named.source() + ": " + named.name())
              + " is at "
              + named.lsn()
              + " on timeline "
              + named.timeline()
              + ", "
              + named.time());
    }
    return ExitCode.OK;
  }
}
