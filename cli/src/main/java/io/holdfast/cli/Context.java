package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import io.holdfast.engine.ConfigurationException;
import io.holdfast.engine.ConfigurationSchema;
import io.holdfast.engine.ReadConfiguration;
import io.holdfast.engine.ResolveSecrets;
import io.holdfast.engine.Surroundings;
import io.holdfast.repository.RepositoryOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with.
 *
 * @param terminal where it writes
 * @param surroundings what the engine needs
 * @param environment looks up environment variables
 * @param directory in which names of files are looked up; empty: that of the process
 */
record Context(
    Terminal terminal,
    Surroundings surroundings,
    Function<String, @Nullable String> environment,
    Path directory) {

  /** This process's own. */
  static Context ofProcess() {
    return of(Terminal.ofProcess(), System::getenv);
  }

  /** With the places that an environment names, on this machine. */
  static Context of(Terminal terminal, Function<String, @Nullable String> environment) {
    LocalPlaces places = new LocalPlaces(environment);
    Surroundings surroundings =
        new Surroundings(
            terminal.clock(),
            new SecureRandom(),
            new ResolveSecrets(),
            ProductVersion.number(),
            hostName(),
            places.cache(),
            places.temporary(),
            RepositoryOptions.DEFAULT_LEASE,
            new AccessLog(places.state()));
    return new Context(terminal, surroundings, environment, Path.of(""));
  }

  /**
   * Reads the configuration: the file that was named, or the first of the usual places.
   *
   * @throws ConfigurationException when there is none, or it is not valid
   */
  Configuration configuration(@Nullable Path named) {
    return new ReadConfiguration(new ConfigurationSchema()).from(configurationFile(named));
  }

  /** Where what waits to be stored is kept, if the configuration says nothing. */
  Path spools() {
    return new LocalPlaces(environment).state().resolve("spool");
  }

  /** Where the agent of this account is found, and the launcher looks for it. */
  Path agent() {
    String named = environment.apply("HOLDFAST_AGENT");
    return named != null && named.startsWith("/")
        ? Path.of(named)
        : new LocalPlaces(environment).state().resolve("agent");
  }

  Path configurationFile(@Nullable Path named) {
    if (named != null) {
      return directory.resolve(named);
    }
    String variable = environment.apply("HOLDFAST_CONFIG");
    if (variable != null && !variable.isEmpty()) {
      return directory.resolve(variable);
    }
    Path here = directory.resolve("holdfast.yaml");
    Path system = Path.of("/etc/holdfast/holdfast.yaml");
    return !Files.exists(here) && Files.exists(system) ? system : here;
  }

  /** As the kernel knows it: a name service is slow to ask, and may not answer. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException _) {
      return "localhost";
    }
  }
}
