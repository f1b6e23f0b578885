package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GnuLibcTest {
  @Test
  void theVersionIsWhatTheSystemSays() throws Exception {
    Process getconf = new ProcessBuilder("getconf", "GNU_LIBC_VERSION").start();
    String said = new String(getconf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

    assertThat("glibc " + GnuLibc.version().orElseThrow()).isEqualTo(said.strip());
  }
}
