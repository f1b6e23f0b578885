package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.ReceiveWal;
import io.holdfast.engine.SourceSettings;
import io.holdfast.postgres.receiver.ReceiverEvents;
import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalPeriod;
import io.holdfast.storage.HoldfastException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code holdfast wal receive}. */
@Command(
    name = "receive",
    description = {
      "Receives the write-ahead log of a database while it is written, until it is stopped (Ctrl-C, SIGTERM).",
      "What comes in is made durable in a spool on this machine and stored in the repository: each segment when it is"
          + " full, and of the running one, at least once a minute, what is new. A replication slot keeps on the"
          + " server what was not received. It goes on where it was, whichever side was away."
    },
    footer = {"", "Example:", "  holdfast wal receive --source main"})
final class WalReceiveCommand extends Subcommand {
  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Mixin private final RepositoryOption repository = new RepositoryOption();

  WalReceiveCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    Configuration configuration = configuration();
    SourceSettings.Postgresql source = configuration.database(database.name());
    try (OwnWatchdog _ = source.wal().synchronous() ? watchdog(source.name()) : null) {
      new ReceiveWal(context().surroundings())
          .run(
              new ReceiveWal.Request(
                  configuration, source.name(), repository.name(), context().spools()),
              new Lines());
    }
    return ExitCode.OK;
  }

  private OwnWatchdog watchdog(String source) {
    return OwnWatchdog.start(context().configurationFile(options().config()), source, this::warn);
  }

  /** Tells what happens, a line each. */
  private final class Lines implements ReceiverEvents {
    private static final Duration BETWEEN = Duration.ofMinutes(1);
    private String lastTrouble = "";
    private long lastTold = System.nanoTime() - BETWEEN.toNanos();

    @Override
    public synchronized void streaming(String server, Lsn from) {
      lastTrouble = "";
      print("receiving from " + SafeText.of(server) + ", from " + from + " on");
    }

    @Override
    public void stored(Timeline timeline, Lsn end) {
      long now = System.nanoTime();
      if (!options().quiet() && now - lastTold >= BETWEEN.toNanos()) {
        lastTold = now;
        print("stored up to " + end + " on timeline " + timeline);
      }
    }

    /** What goes on for long is told once. */
    @Override
    public synchronized void troubled(HoldfastException failure) {
      String message = String.valueOf(failure.getMessage());
      if (!message.equals(lastTrouble)) {
        lastTrouble = message;
        warn(message);
      }
    }

    @Override
    public void gap(LsnRange missing, String why) {
      warn(
          "the log has a gap from "
              + missing
              + " ("
              + HumanFormat.size(missing.length())
              + "): "
              + why
              + ". Back up the database: no moment between the gap and the next backup can be recovered.");
    }

    @Override
    public void recorded(WalPeriod period) {
      if (!options().quiet()) {
        print(
            "recorded "
                + new Lsn(period.from())
                + " to "
                + new Lsn(period.to())
                + ": "
                + HumanFormat.size(period.bytes())
                + ", stored "
                + HumanFormat.size(period.storedBytes()));
      }
    }

    @Override
    public void released(Lsn since, long bytes) {
      warn(
          "the spool is full and the server keeps "
              + HumanFormat.size(bytes)
              + " for it: its slot was dropped, so that its disk does not fill. The log may have a gap from "
              + since
              + " on. Look whether the repository can be reached.");
    }

    @Override
    public void synchronous(boolean waits, String why) {
      tellSynchronous(waits, why);
    }

    @Override
    public void conflict(WalSegmentName segment) {
      warn(
          "segment "
              + segment
              + " is stored with other bytes too: two servers wrote it. Both are kept.");
    }

    @Override
    public void warned(String message) {
      warn(message);
    }

    @Override
    public void damaged(WalSegmentName segment, EndOfWal found) {
      warn(
          "segment "
              + segment
              + " has at "
              + found.position()
              + " "
              + found.what()
              + ". It is kept as it came.");
    }
  }
}
