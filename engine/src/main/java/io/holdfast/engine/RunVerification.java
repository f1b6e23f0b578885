package io.holdfast.engine;

import io.holdfast.repository.Repository;
import io.holdfast.repository.VerificationLevel;
import io.holdfast.repository.VerificationReport;

/** Verifies what a repository holds. */
public final class RunVerification {
  private final Surroundings surroundings;

  public RunVerification(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Looks at everything and reports what is not as it was written; does not stop at the first. */
  public VerificationReport run(
      RepositorySettings settings, VerificationLevel level, ProgressListener progress) {
    String step = "verifying " + settings.name();
    try (Repository repository = new OpenRepository(surroundings).openToReadMuch(settings)) {
      progress.started(step, 0);
      return repository.verification().run(level, bytes -> progress.advanced(step, bytes));
    } finally {
      progress.finished(step);
    }
  }
}
