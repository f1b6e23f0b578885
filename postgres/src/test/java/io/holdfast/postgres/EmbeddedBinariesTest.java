package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FailureCategory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedBinariesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "amd64,   postgres-linux-x86_64.txz",
    "aarch64, postgres-linux-arm_64.txz",
  })
  void eachProcessorHasItsArchive(String processor, String archive) {
    assertThat(EmbeddedBinaries.archiveName(processor)).isEqualTo(archive);
  }

  @Test
  void thereIsNoneForOthers() {
    assertThatThrownBy(() -> EmbeddedBinaries.archiveName("riscv64"))
        .isInstanceOf(LocalServerException.class)
        .hasMessageContaining("riscv64");
  }

  @Test
  void aClassPathWithoutArchivesHasNoProgramsOfAnyVersion() {
    assertThat(new EmbeddedBinaries(directory).onClassPath(18)).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aJarThatIsNotThereIsNamed() {
    Path jar = directory.resolve("18.jar");
    assertThatThrownBy(() -> new EmbeddedBinaries(directory).fromJar(jar))
        .isInstanceOfSatisfying(
            LocalServerException.class,
            e -> {
              assertThat(e.category()).isEqualTo(FailureCategory.UNAVAILABLE);
              assertThat(e).hasMessage("Cannot unpack the PostgreSQL programs from " + jar);
              assertThat(e.hint()).contains("for this platform");
            });
    assertThat(directory).isEmptyDirectory();
  }
}
