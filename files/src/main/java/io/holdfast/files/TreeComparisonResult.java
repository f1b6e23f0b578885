package io.holdfast.files;

import java.util.List;

/**
 * What a comparison of two trees found.
 *
 * @param entries paths that both have
 * @param bytes of content that were compared
 * @param differences the first ones
 * @param differenceCount all of them
 */
public record TreeComparisonResult(
    long entries, long bytes, List<TreeDifference> differences, long differenceCount) {
  public TreeComparisonResult {
    differences = List.copyOf(differences);
  }

  /** Whether nothing differs. */
  public boolean isEqual() {
    return differenceCount == 0;
  }
}
