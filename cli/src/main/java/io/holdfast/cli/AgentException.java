package io.holdfast.cli;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** The process that stays cannot work. */
final class AgentException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private AgentException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static AgentException running(AgentEndpoint endpoint) {
    return new AgentException(
        FailureCategory.CONFLICT,
        "another agent of this account answers at " + endpoint.file(),
        "One is enough: it serves all databases of the account",
        null);
  }

  static AgentException failed(AgentEndpoint endpoint, Exception cause) {
    return new AgentException(
        FailureCategory.UNAVAILABLE,
        "the agent cannot be reached at " + endpoint.file() + ": " + cause,
        "",
        cause);
  }

  static AgentException unsafe(AgentEndpoint endpoint) {
    return new AgentException(
        FailureCategory.ACCESS,
        endpoint.file().getParent()
            + " is not the agent's own account's, or others may write to it",
        "Only the account of the agent may: chmod 700",
        null);
  }
}
