package io.holdfast.engine;

import java.nio.file.Path;

/** Where a secret is to be had. The text form holds no secret, and does not show commands. */
public sealed interface SecretReference {
  /** An environment variable. */
  record Variable(String name) implements SecretReference {
    @Override
    public String toString() {
      return "env:" + name;
    }
  }

  /** The content of a file, without a line end at its end. */
  record FileContent(Path path) implements SecretReference {
    @Override
    public String toString() {
      return "file:" + path;
    }
  }

  /** What a shell command prints, without a line end at its end. */
  record CommandOutput(String command) implements SecretReference {
    @Override
    public String toString() {
      return "exec:...";
    }
  }

  /**
   * Reads {@code env:NAME}, {@code file:PATH} or {@code exec:COMMAND}.
   *
   * @param directory where relative paths start
   * @throws IllegalArgumentException when it is none of them; the message does not repeat it
   */
  static SecretReference parse(String reference, Path directory) {
    int colon = reference.indexOf(':');
    String rest = reference.substring(colon + 1);
    return switch (colon < 0 ? "" : reference.substring(0, colon)) {
      case "env" -> new Variable(rest);
      case "file" -> new FileContent(directory.resolve(rest));
      case "exec" -> new CommandOutput(rest);
      default -> throw new IllegalArgumentException("not a reference to a secret");
    };
  }
}
