package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import io.holdfast.engine.ProgressListener;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/** What all commands have in common. */
abstract class Subcommand implements Callable<Integer> {
  private final Context context;
  @Mixin private final CommonOptions options = new CommonOptions();

  Subcommand(Context context) {
    this.context = context;
  }

  /** Does what was asked for, and says how it went. Failures are thrown. */
  abstract ExitCode run();

  @Override
  public final Integer call() {
    return run().number();
  }

  final CommonOptions options() {
    return options;
  }

  final Context context() {
    return context;
  }

  final Terminal terminal() {
    return context.terminal();
  }

  final Configuration configuration() {
    return context.configuration(options.config());
  }

  /** Where the log of a database is archived. */
  final ArchivePlace place(DatabaseOption database, RepositoryOption repository) {
    return new ArchivePlace(
        context.configurationFile(options.config()), database.name(), repository.name());
  }

  /** Runs with progress on display, unless that was turned off. */
  final <T> T withProgress(Function<ProgressListener, T> operation) {
    if (options.quiet() || options.json()) {
      return operation.apply(ProgressListener.NONE);
    }
    try (ProgressDisplay display = new ProgressDisplay(terminal())) {
      return operation.apply(display);
    }
  }

  /** A line of the result, for people. */
  final void print(String line) {
    terminal().out().println(line);
  }

  /** A warning, which does not end the command. */
  final void warn(String message) {
    terminal().err().println(terminal().yellow("warning: " + SafeText.of(message)));
  }

  /** Whether commits wait for a receiver now. */
  final void tellSynchronous(boolean waits, String why) {
    if (waits) {
      print("synchronous: " + why);
    } else {
      warn("no longer synchronous, commits do not wait: " + why);
    }
  }

  /** The warnings of a source: the first ones, and how many there are besides. */
  final void warn(String source, List<String> first, long count) {
    first.forEach(warning -> warn(source + ": " + warning));
    if (count > first.size()) {
      warn(source + ": and " + (count - first.size()) + " more");
    }
  }

  /** The result, for programs. */
  final void printJson(Object result) {
    terminal().out().println(JsonOutput.text(result));
  }
}
