package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The root of every failure that Holdfast reports. Unchecked; one subclass per kind of failure that
 * a caller can act on. It is thrown or logged, once. No message holds a secret.
 */
public abstract class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureCategory category;
  private final String hint;

  /**
   * @param message what happened to what, one sentence
   * @param hint what the operator can do next, one sentence; empty when there is nothing to say
   */
  protected HoldfastException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.category = category;
    this.hint = hint;
  }

  /** The kind of failure, for exit codes and for deciding whether to try again. */
  public final FailureCategory category() {
    return category;
  }

  /** What to do next; empty when there is nothing to say. */
  public final String hint() {
    return hint;
  }
}
