package io.holdfast.engine;

import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.repository.Repository;
import io.holdfast.repository.WalLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Verifies the write-ahead logs that a repository holds, down to their records. */
public final class VerifyLogs {
  private final Surroundings surroundings;

  public VerifyLogs(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What was found in one log.
   *
   * @param source name of its database
   * @param system the number that initdb gave the cluster
   * @param pieces that were read, and their bytes
   * @param records that were read in them
   * @param problems the first of them; there are {@code problemCount}
   */
  public record Verified(
      String source,
      String system,
      int major,
      long pieces,
      long bytes,
      long records,
      List<String> problems,
      long problemCount) {}

  /**
   * What was found.
   *
   * @param logs each that was read
   * @param problems what kept others from being read
   */
  public record Found(List<Verified> logs, List<String> problems) {
    /** Whether everything is as it was written. */
    public boolean isSound() {
      return problems.isEmpty() && logs.stream().allMatch(log -> log.problemCount() == 0);
    }
  }

  /** Reads all of them and reports what is not as it should be; does not stop at the first. */
  public Found run(RepositorySettings settings, ProgressListener progress) {
    String step = "verifying the logs in " + settings.name();
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      progress.started(step, 0);
      List<Verified> all = new ArrayList<>();
      List<String> problems = new ArrayList<>();
      for (WalLog log :
          repository.logs().logs(e -> problems.add(String.valueOf(e.getMessage()))).stream()
              .sorted(Comparator.comparing(WalLog::source).thenComparingInt(WalLog::major))
              .toList()) {
        try {
          all.add(
              verified(
                  log,
                  new CheckLog(repository.logs().open(log), bytes -> progress.advanced(step, bytes))
                      .run()));
        } catch (IllegalArgumentException e) {
          problems.add("the log of " + log.source() + " cannot be read: " + e.getMessage());
        }
      }
      return new Found(all, problems);
    } finally {
      progress.finished(step);
    }
  }

  private static Verified verified(WalLog log, CheckLog.Found found) {
    return new Verified(
        log.source(),
        Long.toUnsignedString(log.system()),
        log.major(),
        found.pieces(),
        found.bytes(),
        found.records(),
        found.problems(),
        found.problemCount());
  }
}
