package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private static final long MIB = 1024 * 1024;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private Instant now = Instant.EPOCH;

  @Test
  void awayFromATerminalAPlainLineEveryFewSeconds() {
    ProgressDisplay display = display(false);
    display.started("database", 100 * MIB);
    display.advanced("database", 10 * MIB);
    pass(Duration.ofSeconds(1));
    display.advanced("database", 10 * MIB);
    pass(Duration.ofSeconds(4));
    display.advanced("database", 5 * MIB);
    pass(Duration.ofSeconds(1));
    display.advanced("database", 5 * MIB);
    display.close();
    assertThat(text()).isEqualTo("database: 25 %, 25.0 MiB of 100 MiB, 5.0 MiB/s (15 s left)\n");
  }

  @Test
  void onATerminalOneLineIsRewrittenAndRemoved() {
    ProgressDisplay display = display(true);
    display.started("database", 0);
    pass(Duration.ofSeconds(1));
    display.advanced("database", 1024);
    pass(Duration.ofMillis(10));
    display.advanced("database", 1024);
    pass(Duration.ofSeconds(1));
    display.advanced("database", 1024);
    display.close();
    String line = "database: 1.0 KiB, 1.0 KiB/s";
    assertThat(text())
        .isEqualTo(
            "\r" + line + "\rdatabase: 3.0 KiB, 1.5 KiB/s\r" + " ".repeat(line.length()) + "\r");
  }

  @Test
  void stepsSideBySideAreAddedUp() {
    ProgressDisplay display = display(false);
    display.started("a", 10 * MIB);
    display.started("b", 20 * MIB);
    display.advanced("a", 10 * MIB);
    display.finished("a");
    pass(Duration.ofSeconds(5));
    display.advanced("b", 5 * MIB);
    assertThat(text()).isEqualTo("a, b: 50 %, 15.0 MiB of 30.0 MiB, 3.0 MiB/s (5.0 s left)\n");
  }

  @Test
  void aNameCannotMoveTheCursor() {
    ProgressDisplay display = display(false);
    pass(Duration.ofSeconds(6));
    display.started("\u001b[2Jevil\n", 0);
    assertThat(text()).startsWith("\\x1B[2Jevil\\x0A: 0 B,");
  }

  private ProgressDisplay display(boolean terminal) {
    PrintStream stream = new PrintStream(written, true, StandardCharsets.UTF_8);
    InstantSource source = () -> now;
    Clock clock = source.withZone(ZoneOffset.UTC);
    return new ProgressDisplay(new Terminal(stream, stream, terminal, false, clock));
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
