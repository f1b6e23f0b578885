package io.holdfast.cli;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where this account keeps what is its own: the places of the XDG base directory specification. */
final class LocalPlaces {
  private final Function<String, @Nullable String> environment;

  LocalPlaces(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** Copies of indexes; may be deleted at any time. */
  Path cache() {
    return of("XDG_CACHE_HOME", ".cache");
  }

  /** Records of what was done. */
  Path state() {
    return of("XDG_STATE_HOME", ".local/state");
  }

  /** Files that live as long as a command. */
  Path temporary() {
    String named = environment.apply("TMPDIR");
    return named == null || named.isEmpty() ? Path.of("/tmp") : Path.of(named);
  }

  /** The specification ignores paths that are not absolute. */
  private Path of(String variable, String inHome) {
    String named = environment.apply(variable);
    if (named != null && named.startsWith("/")) {
      return Path.of(named, "holdfast");
    }
    String home = environment.apply("HOME");
    return home != null && home.startsWith("/")
        ? Path.of(home, inHome, "holdfast")
        : temporary().resolve("holdfast-" + System.getProperty("user.name", "user"));
  }
}
