package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {
  /** In hexadecimal, as strace and gdb show them on a machine of each kind. */
  @ParameterizedTest
  @CsvSource({
    "amd64,   0x10000, 0x20000, 0x410000",
    "aarch64, 0x4000,  0x8000,  0x404000",
  })
  void flagsAreThoseOfTheKernel(String name, String directory, String noFollow, String unnamed) {
    Processor processor = Processor.of(name);
    assertThat(processor.directory()).isEqualTo(Integer.decode(directory));
    assertThat(processor.noFollow()).isEqualTo(Integer.decode(noFollow));
    assertThat(processor.unnamed()).isEqualTo(Integer.decode(unnamed));
  }

  /** The flags that are the same everywhere share no bit with those that are not. */
  @ParameterizedTest
  @CsvSource({"amd64", "aarch64"})
  void noFlagMeansTwoThings(String name) {
    int common =
        OpenFlags.READ_WRITE
            | OpenFlags.CREATE
            | OpenFlags.EXCLUSIVE
            | OpenFlags.NO_CONTROLLING_TERMINAL
            | OpenFlags.NON_BLOCKING
            | OpenFlags.NO_ACCESS_TIME
            | OpenFlags.CLOSE_ON_EXEC
            | OpenFlags.PATH;
    Processor processor = Processor.of(name);
    assertThat(common & processor.unnamed()).isZero();
    assertThat(common & processor.noFollow()).isZero();
    assertThat(processor.directory() & processor.noFollow()).isZero();
  }

  @Test
  void anotherProcessorIsRefused() {
    assertThatThrownBy(() -> Processor.of("riscv64"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Holdfast runs on Linux on x86-64 and aarch64, not on riscv64");
  }
}
