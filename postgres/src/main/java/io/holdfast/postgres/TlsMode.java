package io.holdfast.postgres;

import java.util.Locale;

/** Whether a connection is encrypted and the server proves who it is; libpq's sslmode. */
public enum TlsMode {
  DISABLE,
  ALLOW,
  PREFER,
  REQUIRE,
  /** Encrypted, and the certificate is signed by the configured authority. */
  VERIFY_CA,
  /** As VERIFY_CA, and the certificate is for the host's name. */
  VERIFY_FULL;

  /** The name that libpq, pgjdbc and holdfast.yaml use. */
  public String sslMode() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
