package io.holdfast.engine;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configuration cannot be used as it is written. */
public final class ConfigurationException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient List<ConfigurationProblem> problems;

  /** A document with problems in it, of which there is at least one. */
  ConfigurationException(String document, List<ConfigurationProblem> problems) {
    super(
        FailureCategory.CONFIGURATION,
        describe(document, problems),
        "docs/configuration.md describes every key",
        null);
    this.problems = List.copyOf(problems);
  }

  /** Something about the configuration that has no place in the document. */
  ConfigurationException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.CONFIGURATION, message, hint, cause);
    this.problems = List.of();
  }

  /** What is wrong and where, in the order of the document; empty when no place can be named. */
  public List<ConfigurationProblem> problems() {
    return problems;
  }

  private static String describe(String document, List<ConfigurationProblem> problems) {
    return problems.size() == 1
        ? document + ":" + problems.getFirst()
        : document + " has " + problems.size() + " problems";
  }
}
