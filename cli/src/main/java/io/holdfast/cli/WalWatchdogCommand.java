package io.holdfast.cli;

import io.holdfast.engine.WatchCommits;
import io.holdfast.postgres.receiver.CommitWatchdog;
import io.holdfast.storage.HoldfastException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code holdfast wal watchdog}. */
@Command(
    name = "watchdog",
    description = {
      "Ends that commits of a database wait for its synchronous receiver, when that one is away or does not keep up for"
          + " stall-seconds; the receiver itself begins it again.",
      "The receiver has one beside it, for the case that its process is killed. Run one on the server's machine too:"
          + " when the receiver's machine is lost, nobody else can."
    },
    footer = {"", "Example:", "  holdfast wal watchdog --source main"})
final class WalWatchdogCommand extends Subcommand {
  private static final int MOST_TOLD = 100;

  @Mixin private final DatabaseOption database = new DatabaseOption();

  @Option(
      names = "--of",
      paramLabel = "PID",
      defaultValue = "0",
      hidden = true,
      description = "The receiver's process: without it there is nothing to watch for long.")
  private long pid;

  private volatile @Nullable ProcessHandle receiver;

  WalWatchdogCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    receiver = ProcessHandle.of(pid).orElse(null);
    new WatchCommits(context().surroundings())
        .run(configuration(), database.name(), this::receiverLives, new Lines());
    return ExitCode.OK;
  }

  private boolean receiverLives() {
    return pid == 0 || isAlive(receiver);
  }

  private static boolean isAlive(@Nullable ProcessHandle process) {
    return process != null && process.isAlive();
  }

  /** Tells what happens; only what it did itself, of what it watches for a receiver. */
  private final class Lines implements CommitWatchdog.Listener {
    private final Set<String> told = new HashSet<>();

    @Override
    public synchronized void synchronous(boolean waits, String why) {
      told.clear();
      if (!waits || pid == 0) {
        tellSynchronous(waits, why);
      }
    }

    /** What goes on for long is told once. */
    @Override
    public synchronized void troubled(HoldfastException failure) {
      String message = String.valueOf(failure.getMessage());
      if (pid == 0 && told.size() < MOST_TOLD && told.add(message)) {
        warn(message);
      }
    }
  }
}
