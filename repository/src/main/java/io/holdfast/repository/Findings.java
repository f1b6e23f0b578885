package io.holdfast.repository;

import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ShortReadException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Collects what a verification counts and finds. Thread-safe; keeps a bounded number of problems.
 */
final class Findings {
  final LongAdder backups = new LongAdder();
  final LongAdder packs = new LongAdder();
  final LongAdder bytes = new LongAdder();
  final LongAdder chunks = new LongAdder();
  final LongAdder replacedPacks = new LongAdder();
  final LongAdder unusedPacks = new LongAdder();
  private final List<String> strangers = new ArrayList<>();
  private long strangerCount;
  private final List<VerificationReport.Problem> problems = new ArrayList<>();
  private long problemCount;

  synchronized void add(String object, String what) {
    problemCount++;
    if (problems.size() < VerificationReport.MAX_PROBLEMS) {
      problems.add(new VerificationReport.Problem(object, what));
    }
  }

  /** Adds an object that is not part of the repository. */
  synchronized void addStranger(ObjectName name) {
    strangerCount++;
    if (strangers.size() < VerificationReport.MAX_STRANGERS) {
      strangers.add(name.value());
    }
  }

  /** Runs a check; damage is a finding, any other failure ends the verification. */
  void check(String object, Runnable check) {
    try {
      check.run();
    } catch (UnusableObjectException e) {
      add(e.what(), message(e));
    } catch (UnsupportedFormatException | ObjectNotFoundException | ShortReadException e) {
      add(object, message(e));
    }
  }

  private static String message(HoldfastException e) {
    return String.valueOf(e.getMessage());
  }

  synchronized VerificationReport report(VerificationLevel level) {
    return new VerificationReport(
        level,
        backups.sum(),
        packs.sum(),
        bytes.sum(),
        chunks.sum(),
        unusedPacks.sum(),
        replacedPacks.sum(),
        strangers,
        strangerCount,
        problems,
        problemCount);
  }
}
