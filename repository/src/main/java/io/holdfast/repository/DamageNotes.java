package io.holdfast.repository;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What people are to hear of damage that was met and got over. The same is noted once; bounded.
 * Thread-safe.
 */
final class DamageNotes {
  /** Messages that are kept at most. */
  static final int MAX_WARNINGS = 100;

  private final Set<String> warnings = new LinkedHashSet<>();
  private boolean more;

  synchronized void warn(String message) {
    if (warnings.size() < MAX_WARNINGS) {
      warnings.add(message);
    } else if (!warnings.contains(message)) {
      more = true;
    }
  }

  /** What was noted, in order. */
  synchronized List<String> warnings() {
    List<String> all = new ArrayList<>(warnings);
    if (more) {
      all.add("and more of that kind");
    }
    return all;
  }
}
