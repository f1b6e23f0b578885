package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnfinishedRestoreTest {
  private static final UnfinishedRestore RESTORE =
      new UnfinishedRestore("r\u00e9", "b", List.of("main", "a \"b\""));
  private static final String JSON =
      "{\"repository\":\"r\u00e9\",\"backup\":\"b\",\"sources\":[\"main\",\"a \\\"b\\\"\"]}";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve(UnfinishedRestore.NAME.toString());
  }

  private BytePath target() {
    return BytePath.of(directory.toString());
  }

  @Test
  void itIsWrittenAsEverAndReadsBackTheSame() throws IOException {
    assertThat(UnfinishedRestore.in(target())).isEmpty();
    RESTORE.writeTo(target());
    assertThat(file()).hasContent(JSON);
    assertThat(UnfinishedRestore.in(target())).hasValue(RESTORE);
    Files.writeString(file(), JSON.replace("{\"rep", "{\"other\":[{}],\"rep"));
    assertThat(UnfinishedRestore.in(target())).hasValue(RESTORE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "7",
        "[]",
        "{}",
        "{",
        "{} {}",
        "nonsense",
        "[{\"repository\":\"r\",\"backup\":\"b\",\"sources\":[]}]",
        "{\"backup\":\"b\",\"sources\":[]}",
        "{\"repository\":null,\"backup\":\"b\",\"sources\":[]}",
        "{\"repository\":\"r\",\"backup\":7,\"sources\":[]}",
        "{\"repository\":\"r\",\"backup\":\"b\"}",
        "{\"repository\":\"r\",\"backup\":\"b\",\"sources\":null}",
        "{\"repository\":\"r\",\"backup\":\"b\",\"sources\":\"main\"}",
        "{\"repository\":\"r\",\"backup\":\"b\",\"sources\":{\"a\":\"main\"}}",
        "{\"repository\":\"r\",\"backup\":\"b\",\"sources\":[null]}",
        "{\"repository\":\"r\",\"backup\":\"b\",\"sources\":[[\"main\"]]}"
      })
  void whatNoRestoreWroteIsRefused(String json) throws IOException {
    Files.writeString(file(), json);
    assertThatThrownBy(() -> UnfinishedRestore.in(target()))
        .isInstanceOfSatisfying(
            RestoreException.class,
            e -> assertThat(e.category()).isEqualTo(FailureCategory.CONFLICT))
        .hasMessageContaining("was not written by a restore");
  }
}
