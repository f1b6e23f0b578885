package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The programs of one PostgreSQL version on this machine.
 *
 * @param directory where {@code postgres} and {@code initdb} are
 * @param version what {@code postgres --version} says, such as {@code 17.6}
 */
public record ServerBinaries(Path directory, String version) {
  private static final Pattern VERSION =
      Pattern.compile("postgres \\(PostgreSQL\\) (\\d+\\S*)( .*)?");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /**
   * Looks at a directory of programs.
   *
   * @throws LocalServerException if there is no server in it that runs
   */
  public static ServerBinaries in(Path directory) {
    Path postgres = directory.resolve("postgres");
    if (!Files.isExecutable(postgres)) {
      throw new LocalServerException(
          FailureCategory.NOT_FOUND, "There is no PostgreSQL server in " + directory, "", null);
    }
    ChildProgram.Outcome outcome =
        ChildProgram.run(List.of(postgres.toString(), "--version"), directory, LIMIT);
    Matcher matcher = VERSION.matcher(outcome.output());
    if (outcome.status() != 0 || !matcher.matches()) {
      throw LocalServerException.unavailable(
          postgres + " does not tell its version: " + outcome.output(), "", null);
    }
    return new ServerBinaries(directory.toAbsolutePath(), matcher.group(1));
  }

  /** The installed programs of a major version, from the usual places and the search path. */
  public static Optional<ServerBinaries> installed(int major) {
    return usualPlaces(major).stream()
        .filter(place -> Files.isExecutable(place.resolve("postgres")))
        .map(ServerBinaries::in)
        .filter(found -> found.major() == major)
        .findFirst();
  }

  private static List<Path> usualPlaces(int major) {
    List<Path> places = new ArrayList<>();
    places.add(Path.of("/usr/lib/postgresql", Integer.toString(major), "bin"));
    places.add(Path.of("/usr/pgsql-" + major, "bin"));
    places.add(Path.of("/usr/lib/postgresql" + major, "bin"));
    places.add(Path.of("/usr/libexec/postgresql" + major));
    places.add(Path.of("/opt/homebrew/opt/postgresql@" + major, "bin"));
    places.add(Path.of("/usr/local/pgsql/bin"));
    String search = System.getenv("PATH");
    if (search != null) {
      for (String place : search.split(File.pathSeparator, -1)) {
        if (!place.isEmpty()) {
          places.add(Path.of(place));
        }
      }
    }
    return places;
  }

  /** The major version. */
  public int major() {
    int end = 0;
    while (end < version.length() && Character.isDigit(version.charAt(end))) {
      end++;
    }
    return Integer.parseInt(version, 0, end, 10);
  }

  /**
   * The path of one program.
   *
   * @throws LocalServerException if this installation lacks it
   */
  public Path program(String name) {
    return optionalProgram(name)
        .orElseThrow(
            () ->
                new LocalServerException(
                    FailureCategory.NOT_FOUND,
                    "There is no " + name + " beside the PostgreSQL server in " + directory,
                    "Install the complete PostgreSQL " + major() + " packages.",
                    null));
  }

  /** The path of one program, if this installation has it. */
  public Optional<Path> optionalProgram(String name) {
    Path program = directory.resolve(name);
    return Files.isExecutable(program) ? Optional.of(program) : Optional.empty();
  }
}
