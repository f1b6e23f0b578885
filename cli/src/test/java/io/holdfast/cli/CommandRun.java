package io.holdfast.cli;

import io.holdfast.engine.ResolveSecrets;
import io.holdfast.engine.Surroundings;
import io.holdfast.repository.RepositoryOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** A command that was run within the test: its exit code and what it wrote. */
record CommandRun(int code, String out, String err) {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);

  static CommandRun of(String... arguments) {
    return at(Clock.systemUTC(), arguments);
  }

  /** As above, by another clock. */
  static CommandRun at(Clock clock, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Context context = context(out, err, clock);
    int code = HoldfastCommand.in(context, arguments).execute(arguments);
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static Context context(ByteArrayOutputStream out, ByteArrayOutputStream err, Clock clock) {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            clock);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return new Context(
        terminal,
        new Surroundings(
            clock,
            new SecureRandom(),
            new ResolveSecrets(),
            "1.2.3",
            "testhost",
            Path.of("target/cache").toAbsolutePath(),
            temporary,
            RepositoryOptions.DEFAULT_LEASE,
            _ -> {}),
        _ -> null,
        Path.of(""));
  }
}
