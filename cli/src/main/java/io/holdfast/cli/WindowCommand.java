package io.holdfast.cli;

import io.holdfast.engine.FindWindows;
import io.holdfast.engine.HumanFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code holdfast window}. */
@Command(
    name = "window",
    description = {
      "Shows from when to when each database can be recovered, as the repository stands.",
      "Without write-ahead log a database can be recovered to the end of each backup; with it, to any moment from"
          + " there up to where the log has its first gap."
    },
    footer = {"", "Examples:", "  holdfast window", "  holdfast window --source main --json"})
final class WindowCommand extends Subcommand {
  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Option(
      names = "--source",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only this database.")
  private String source = "";

  WindowCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    FindWindows.Found found =
        new FindWindows(context().surroundings()).run(repository.in(configuration()), source);
    found.warnings().forEach(this::warn);
    boolean warned = !found.warnings().isEmpty();
    for (FindWindows.Window window : found.windows()) {
      window.warnings().forEach(warning -> warn(window.source() + ": " + warning));
      warned |= !window.warnings().isEmpty();
    }
    if (options().json()) {
      printJson(found);
    } else if (found.windows().isEmpty()) {
      print("There is no backup of a database yet.");
    } else {
      found.windows().forEach(this::show);
    }
    return warned ? ExitCode.WARNINGS : ExitCode.OK;
  }

  private void show(FindWindows.Window window) {
    print(
        terminal().bold(SafeText.of(window.source()))
            + ": PostgreSQL "
            + window.major()
            + ", cluster "
            + window.system());
    if (window.stretches().isEmpty()) {
      print("  there is no backup of this cluster: nothing can be recovered");
    }
    for (FindWindows.Reach reach : window.stretches()) {
      boolean point = reach.from().lsn().equals(reach.to().lsn());
      print(
          "  timeline "
              + reach.timeline()
              + ": "
              + (point ? "at " : "from ")
              + edge(reach.from())
              + (point ? "" : " to " + edge(reach.to()))
              + ", "
              + HumanFormat.count(reach.backups().size(), "backup"));
    }
    for (FindWindows.Branch branch : window.branches()) {
      print(
          "  timeline "
              + branch.timeline()
              + " left timeline "
              + branch.from()
              + " at "
              + branch.at());
    }
    for (FindWindows.Gap gap : window.gaps()) {
      print(
          terminal()
              .yellow(
                  "  timeline "
                      + gap.timeline()
                      + ": the log is missing from "
                      + gap.from()
                      + " to "
                      + gap.to()
                      + " ("
                      + HumanFormat.size(gap.bytes())
                      + "); the next backup begins a new stretch"));
      if (!gap.reason().isEmpty()) {
        print("    because: " + SafeText.of(gap.reason()));
      }
      String first = gap.segments().getFirst();
      String last = gap.segments().getLast();
      print(
          "    would be closed by: holdfast wal push of "
              + (first.equals(last) ? "segment " + first : "segments " + first + " to " + last)
              + ", if a server or another archive has them");
    }
  }

  private static String edge(FindWindows.Edge edge) {
    Optional<Instant> time = edge.time();
    return time.map(is -> HumanFormat.time(is, ZoneOffset.UTC) + " (" + edge.lsn() + ")")
        .orElse(edge.lsn());
  }
}
