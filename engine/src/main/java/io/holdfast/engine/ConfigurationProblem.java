package io.holdfast.engine;

/**
 * One thing that is wrong in a configuration. No message holds a value that may be a secret.
 *
 * @param position where it is
 * @param message what is wrong, in a few words
 */
public record ConfigurationProblem(Position position, String message) {
  @Override
  public String toString() {
    return position + ": " + message;
  }
}
