package io.holdfast.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a server's programs were built for, and what lies beside them. */
final class InstalledServer {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Pattern NUMBER = Pattern.compile("(?m)^\\d+$");

  private final ServerBinaries binaries;

  InstalledServer(ServerBinaries binaries) {
    this.binaries = binaries;
  }

  /**
   * The value of a setting that is fixed when the server is built, such as {@code block_size}.
   *
   * @throws LocalServerException if the program cannot be run
   */
  OptionalLong builtWith(String setting) {
    // Needs no cluster: only a configuration, and an empty one will do.
    List<String> command =
        List.of(
            binaries.program("postgres").toString(),
            "-C",
            setting,
            "-D",
            "/",
            "-c",
            "config_file=/dev/null");
    ChildProgram.Outcome outcome = ChildProgram.run(command, Path.of("/"), LIMIT);
    Matcher number = NUMBER.matcher(outcome.output());
    return outcome.status() == 0 && number.find()
        ? OptionalLong.of(Long.parseLong(number.group()))
        : OptionalLong.empty();
  }

  /** Where its loadable libraries are: there, every server has this one. */
  Optional<Path> libraries() {
    return Stream.of("lib/postgresql", "lib64/postgresql", "lib", "lib64")
        .map(beside()::resolve)
        .filter(place -> Files.exists(place.resolve("plpgsql.so")))
        .findFirst();
  }

  /** Where the descriptions of extensions are: there, every server has this one. */
  Optional<Path> extensions() {
    return Stream.of(
            beside().resolve("share/postgresql"),
            beside().resolve("share"),
            Path.of("/usr/share/postgresql", Integer.toString(binaries.major())),
            Path.of("/usr/share/postgresql" + binaries.major()))
        .map(share -> share.resolve("extension"))
        .filter(place -> Files.exists(place.resolve("plpgsql.control")))
        .findFirst();
  }

  private Path beside() {
    return binaries.directory().resolveSibling("");
  }

  @Override
  public String toString() {
    return "PostgreSQL " + binaries.version() + " in " + binaries.directory();
  }
}
