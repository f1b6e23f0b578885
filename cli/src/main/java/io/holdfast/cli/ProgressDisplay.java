package io.holdfast.cli;

import io.holdfast.engine.HumanFormat;
import io.holdfast.engine.ProgressListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shows progress on standard error: on a terminal one line that is rewritten, elsewhere a plain
 * line every few seconds. Names and numbers are those of all steps together that have begun.
 */
final class ProgressDisplay implements ProgressListener, AutoCloseable {
  private static final Duration REWRITE_EVERY = Duration.ofMillis(200);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final int MAX_WIDTH = 110;

  private static final class Step {
    final long expected;
    long done;

    Step(long expected) {
      this.expected = expected;
    }
  }

  private final Terminal terminal;
  private final Map<String, Step> running = new LinkedHashMap<>();
  private final Set<String> begun = new LinkedHashSet<>();
  private final Instant began;
  private Instant shown;
  private long doneBefore;
  private long expectedBefore;
  private int width;

  ProgressDisplay(Terminal terminal) {
    this.terminal = terminal;
    this.began = terminal.clock().instant();
    this.shown = began;
  }

  @Override
  public synchronized void started(String step, long bytes) {
    running.put(step, new Step(bytes));
    begun.add(step);
    show();
  }

  @Override
  public synchronized void advanced(String step, long bytes) {
    Step known = running.get(step);
    if (known != null) {
      known.done += bytes;
      show();
    }
  }

  @Override
  public synchronized void finished(String step) {
    Step known = running.remove(step);
    if (known != null) {
      doneBefore += known.done;
      expectedBefore += known.done;
    }
  }

  private void show() {
    Instant now = terminal.clock().instant();
    Duration since = Duration.between(shown, now);
    if (since.compareTo(terminal.rewrites() ? REWRITE_EVERY : LINE_EVERY) < 0) {
      return;
    }
    shown = now;
    String line = line(Duration.between(began, now));
    if (terminal.rewrites()) {
      String cut = line.length() > MAX_WIDTH ? line.substring(0, MAX_WIDTH) : line;
      terminal.err().print("\r" + cut + " ".repeat(Math.max(0, width - cut.length())));
      terminal.err().flush();
      width = cut.length();
    } else {
      terminal.err().println(line);
    }
  }

  private String line(Duration elapsed) {
    long done = doneBefore;
    long expected = expectedBefore;
    boolean known = true;
    for (Step step : running.values()) {
      done += step.done;
      expected += Math.max(step.expected, step.done);
      known &= step.expected > 0;
    }
    List<String> parts = new ArrayList<>();
    parts.add(SafeText.of(String.join(", ", begun)) + ":");
    if (known && expected > 0) {
      parts.add(100 * done / expected + " %,");
      parts.add(HumanFormat.size(done) + " of " + HumanFormat.size(expected) + ",");
    } else {
      parts.add(HumanFormat.size(done) + ",");
    }
    parts.add(HumanFormat.rate(done, elapsed));
    if (known && done > 0 && expected > done) {
      Duration left =
          Duration.ofNanos((long) (elapsed.toNanos() * ((double) (expected - done) / done)));
      parts.add("(" + HumanFormat.duration(left) + " left)");
    }
    return String.join(" ", parts);
  }

  /** Removes the line that is being rewritten. */
  @Override
  public synchronized void close() {
    if (width > 0) {
      terminal.err().print("\r" + " ".repeat(width) + "\r");
      terminal.err().flush();
      width = 0;
    }
  }
}
