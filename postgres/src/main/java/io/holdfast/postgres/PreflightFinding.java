package io.holdfast.postgres;

/**
 * One thing that was looked at before a backup.
 *
 * @param weight what it means for a backup
 * @param subject what was looked at: a right, a setting
 * @param message what was found, one sentence
 * @param remedy the statement or the step that mends it; empty if nothing is wrong
 */
public record PreflightFinding(Weight weight, String subject, String message, String remedy) {

  /** What a finding means for a backup. */
  public enum Weight {
    /** As it should be. */
    FINE,
    /** A backup works, with less than it could have. */
    WARNING,
    /** A backup would fail. */
    PROBLEM
  }

  static PreflightFinding fine(String subject, String message) {
    return new PreflightFinding(Weight.FINE, subject, message, "");
  }

  static PreflightFinding warning(String subject, String message, String remedy) {
    return new PreflightFinding(Weight.WARNING, subject, message, remedy);
  }

  static PreflightFinding problem(String subject, String message, String remedy) {
    return new PreflightFinding(Weight.PROBLEM, subject, message, remedy);
  }
}
