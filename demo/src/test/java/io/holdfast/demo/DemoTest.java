package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.FailureCategory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo itself is run by a test of its command. */
class DemoTest {
  @TempDir Path cache;

  @Test
  void withoutItsServerProgramsItSaysWhatToDo() {
    assertThatExceptionOfType(DemoException.class)
        .isThrownBy(() -> Demo.binaries(cache, 99))
        .withMessage("the demo lacks the programs of PostgreSQL 99, which come with it")
        .satisfies(
            e -> {
              assertThat(e.category()).isEqualTo(FailureCategory.UNSUPPORTED);
              assertThat(e.hint()).contains("HOLDFAST_BUILD=1");
            });
  }
}
