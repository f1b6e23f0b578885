package io.holdfast.files;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was not done as asked: the first ones in full, all of them counted.
 *
 * @param first at most as many as the options said
 * @param counts of all, by kind; kinds that did not occur are missing
 */
public record TreeWarnings(List<TreeWarning> first, Map<TreeWarning.Kind, Long> counts) {
  public TreeWarnings {
    first = List.copyOf(first);
    EnumMap<TreeWarning.Kind, Long> copy = new EnumMap<>(TreeWarning.Kind.class);
    copy.putAll(counts);
    counts = Collections.unmodifiableMap(copy);
  }

  /** How often this happened. */
  public long count(TreeWarning.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** All that is more than a notice. */
  public long total() {
    return counts.entrySet().stream()
        .filter(e -> !e.getKey().isNotice())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Things that happened and do no harm. */
  public long notices() {
    return counts.entrySet().stream()
        .filter(e -> e.getKey().isNotice())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
