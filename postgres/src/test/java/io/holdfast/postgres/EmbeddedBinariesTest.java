package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedBinariesTest {
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
}
