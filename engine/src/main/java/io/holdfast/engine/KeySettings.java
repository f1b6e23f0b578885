package io.holdfast.engine;

import java.nio.file.Path;

/** What opens a repository. */
public sealed interface KeySettings {
  /** A passphrase, resolved when it is needed. */
  record Passphrase(SecretReference reference) implements KeySettings {}

  /** A file that holds a key. */
  record KeyFile(Path path) implements KeySettings {}
}
