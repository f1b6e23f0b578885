package io.holdfast.benchmarks;

import java.util.HashMap;
import java.util.Map;

/** {@code --name value} pairs of a command line. */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  /**
   * @throws IllegalArgumentException when they are not pairs
   */
  Arguments(String[] words, int from) {
    for (int i = from; i < words.length; i += 2) {
      if (!words[i].startsWith("--") || i + 1 == words.length) {
        throw new IllegalArgumentException("not --name value: " + words[i]);
      }
      values.put(words[i].substring(2), words[i + 1]);
    }
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  long number(String name) {
    return Long.parseLong(text(name));
  }

  double fraction(String name) {
    return Double.parseDouble(text(name));
  }
}
