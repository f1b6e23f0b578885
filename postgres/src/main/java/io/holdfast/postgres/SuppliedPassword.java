package io.holdfast.postgres;

import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Hands passwords to pgjdbc as characters that it wipes, so that none becomes a string. The driver
 * makes one by name for each authentication; public for that reason only.
 */
public final class SuppliedPassword implements AuthenticationPlugin {
  /** The property whose value, not a string, is the {@link PasswordSource}. */
  static final String SOURCE = "io.holdfast.postgres.passwordSource";

  private final @Nullable Object source;

  /**
   * @param properties those of the connection
   */
  public SuppliedPassword(Properties properties) {
    this.source = properties.get(SOURCE);
  }

  @Override
  public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
    if (source instanceof PasswordSource passwords) {
      return passwords.password();
    }
    throw new PSQLException(
        "The server asks for a password, and none is configured", PSQLState.INVALID_PASSWORD);
  }
}
