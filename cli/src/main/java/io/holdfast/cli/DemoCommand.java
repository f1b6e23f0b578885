package io.holdfast.cli;

import io.holdfast.demo.Demo;
import io.holdfast.demo.DemoListener;
import io.holdfast.demo.DemoResult;
import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.ProgressListener;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code holdfast demo}. */
@Command(
    name = "demo",
    description =
        "Shows all of it on data of its own: backs up a running sample platform, loses it, brings it back, and compares"
            + " everything. Takes about a minute; leaves nothing behind.",
    footer = {"", "Examples:", "  holdfast demo", "  holdfast demo --keep"})
final class DemoCommand extends Subcommand {
  @Option(
      names = "--keep",
      description = "Keep the demo's directory, to look into and to try commands on.")
  private boolean keep;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where to make it. Default: the directory for temporary files.")
  private @Nullable Path directory;

  DemoCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    Path parent = directory == null ? context().surroundings().temporary() : directory;
    if (options().json()) {
      DemoResult result =
          new Demo(context().surroundings(), new Silence()).run(parent.toAbsolutePath(), keep);
      printJson(result);
      return result.differences().isEmpty() ? ExitCode.OK : ExitCode.CORRUPT;
    }
    print(terminal().bold("Holdfast demo: back up a running platform, lose it, bring it back"));
    DemoResult result;
    try (Account account = new Account()) {
      result = new Demo(context().surroundings(), account).run(parent.toAbsolutePath(), keep);
    }
    close(result);
    return result.differences().isEmpty() ? ExitCode.OK : ExitCode.CORRUPT;
  }

  private void close(DemoResult result) {
    print("");
    print(
        result.differences().isEmpty()
            ? terminal().green(terminal().bold("Everything is back"))
                + ", in "
                + HumanFormat.duration(result.duration())
                + " from nothing to here."
            : terminal().red("Not everything is back."));
    print("");
    print("Next:");
    if (keep) {
      String file = result.directory().resolve("holdfast.yaml").toString();
      print("  ./holdfast backups -c " + file);
      print("  ./holdfast show latest odd --source uploads -c " + file);
      print("  ./holdfast verify -c " + file);
      print("  rm -r " + result.directory());
    } else {
      print("  ./holdfast demo --keep              the same, and leave it to look into");
      print(
          "  ./holdfast config validate -c FILE  write a holdfast.yaml for your own: docs/configuration.md");
      print("  ./holdfast init && ./holdfast check && ./holdfast backup");
    }
  }

  /** Tells it on the terminal. */
  private final class Account implements DemoListener, AutoCloseable {
    private int steps;
    private Instant began = terminal().clock().instant();
    private @Nullable ProgressDisplay display;

    @Override
    public void step(String title) {
      close();
      Instant now = terminal().clock().instant();
      if (steps > 0) {
        print("   took " + HumanFormat.duration(Duration.between(began, now)));
      }
      began = now;
      steps++;
      print("");
      print(terminal().bold(steps + "  " + title));
    }

    @Override
    public void fact(String text) {
      close();
      print("   " + SafeText.of(text));
    }

    @Override
    public void verdict(boolean equal, String text) {
      close();
      print(
          "   "
              + (equal ? terminal().green("equal    ") : terminal().red("DIFFERENT"))
              + " "
              + text);
    }

    @Override
    public ProgressListener progress() {
      close();
      if (options().quiet()) {
        return ProgressListener.NONE;
      }
      ProgressDisplay fresh = new ProgressDisplay(terminal());
      display = fresh;
      return fresh;
    }

    /** Nothing is written beside a line that is being rewritten. */
    @Override
    public void close() {
      if (display != null) {
        display.close();
        display = null;
      }
    }
  }

  /** For programs: only the result counts. */
  private static final class Silence implements DemoListener {
    @Override
    public void step(String title) {}

    @Override
    public void fact(String text) {}

    @Override
    public void verdict(boolean equal, String text) {}

    @Override
    public ProgressListener progress() {
      return ProgressListener.NONE;
    }
  }
}
