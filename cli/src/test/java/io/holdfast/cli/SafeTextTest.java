package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SafeTextTest {
  @Test
  void ordinaryTextIsLeftAlone() {
    assertThat(SafeText.of("Grüße 😀 a b")).isEqualTo("Grüße 😀 a b");
  }

  @Test
  void controlsAreShownNotSent() {
    assertThat(SafeText.of("a\nb\u001b[31m\u202e\u009b"))
        .isEqualTo("a\\x0Ab\\x1B[31m\\u202E\\u009B");
  }

  @Test
  void bytesThatAreNotUtf8AreShownAsBytes() {
    assertThat(SafeText.of("a\uDCFF")).isEqualTo("a\\xFF");
  }
}
