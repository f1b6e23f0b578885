package io.holdfast.repository;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A timer that stands still until a test moves it, and a clock that goes with it. */
final class ManualTimer implements LeaseTimer {
  private static final Instant START = Instant.parse("2026-03-01T02:00:00Z");

  private record Task(long due, Runnable run) {}

  private final List<Task> tasks = new ArrayList<>();

  /** As that of a real machine, it wraps around. */
  private long nanos = Long.MAX_VALUE - 1_000_000_000L;

  private long passed;

  /** The clock of a storage. */
  Clock clock() {
    InstantSource now = () -> START.plusNanos(passed);
    return now.withZone(ZoneOffset.UTC);
  }

  Duration passed() {
    return Duration.ofNanos(passed);
  }

  /** Lets time pass, and what is due in it run at its time. */
  void advance(Duration time) {
    long until = passed + time.toNanos();
    for (Optional<Task> task = due(until); task.isPresent(); task = due(until)) {
      tasks.remove(task.get());
      skip(Duration.ofNanos(Math.max(0, task.get().due - passed)));
      task.get().run.run();
    }
    skip(Duration.ofNanos(Math.max(0, until - passed)));
  }

  private Optional<Task> due(long until) {
    return tasks.stream()
        .filter(task -> task.due <= until)
        .min(Comparator.comparingLong(task -> task.due));
  }

  /** Lets time pass in which nothing runs, as in a process that is stopped. */
  void skip(Duration time) {
    passed += time.toNanos();
    nanos += time.toNanos();
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void schedule(Duration after, Runnable task) {
    tasks.add(new Task(passed + after.toNanos(), task));
  }

  @Override
  public void pause(Duration time) {
    advance(time);
  }

  /** Whether anything will run. */
  boolean isIdle() {
    return tasks.isEmpty();
  }

  @Override
  public void close() {
    tasks.clear();
  }
}
