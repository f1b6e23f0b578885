package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubcommandTest {
  private static String warnings(List<String> first, long count) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Context context = CommandRun.context(new ByteArrayOutputStream(), err, CommandRun.CLOCK);
    new Subcommand(context) {
      @Override
      ExitCode run() {
        warn("uploads", first, count);
        return ExitCode.OK;
      }
    }.call();
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void warningsThatAreNotShownAreCounted() {
    assertThat(warnings(List.of("a", "b"), 2))
        .isEqualTo("warning: uploads: a\nwarning: uploads: b\n");
    assertThat(warnings(List.of("a", "b"), 102)).endsWith("warning: uploads: and 100 more\n");
    assertThat(warnings(List.of(), 0)).isEmpty();
  }
}
