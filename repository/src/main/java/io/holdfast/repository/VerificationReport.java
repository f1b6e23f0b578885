package io.holdfast.repository;

import java.util.List;

/**
 * What a verification found.
 *
 * @param backups that were looked at
 * @param packs that were looked at, and their bytes
 * @param chunks that were opened and checked, 0 below the deepest level
 * @param unusedPacks packs that no index object names, and that no backup was found to need: on the
 *     deepest level those that a writer left that died
 * @param replacedPacks packs that are missing or damaged, and all of whose chunks are in others
 * @param strangers names of the first objects that are not part of the repository, and that nobody
 *     looked into; there are {@code strangerCount}
 * @param problems the first of them, each naming its object; there are {@code problemCount}
 */
public record VerificationReport(
    VerificationLevel level,
    long backups,
    long packs,
    long bytes,
    long chunks,
    long unusedPacks,
    long replacedPacks,
    List<String> strangers,
    long strangerCount,
    List<Problem> problems,
    long problemCount) {
  /** Problems that a report lists at most. */
  public static final int MAX_PROBLEMS = 1000;

  /** Names of strangers that a report lists at most. */
  public static final int MAX_STRANGERS = 10;

  public VerificationReport {
    strangers = List.copyOf(strangers);
    problems = List.copyOf(problems);
  }

  /** Whether everything is as it was written. */
  public boolean isSound() {
    return problemCount == 0;
  }

  /**
   * Something that is not as it was written.
   *
   * @param object the object, and the block, chunk or path in it where that is known
   */
  public record Problem(String object, String what) {}
}
