package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanFormatTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048575, 1.0 MiB",
    "104857600, 100 MiB",
    "9223372036854775807, 8.0 EiB"
  })
  void sizesHaveAUnit(long bytes, String text) {
    assertThat(HumanFormat.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "850, 0.9 s",
    "12400, 12 s",
    "59700, 0 min 59 s",
    "185000, 3 min 05 s",
    "7620000, 2 h 07 min",
    "180000000, 2 d 2 h"
  })
  void durationsHaveAUnit(long millis, String text) {
    assertThat(HumanFormat.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void ratesAndRatiosOfNothingAreADash() {
    assertThat(HumanFormat.rate(1024, Duration.ZERO)).isEqualTo("-");
    assertThat(HumanFormat.rate(2048, Duration.ofSeconds(2))).isEqualTo("1.0 KiB/s");
    assertThat(HumanFormat.ratio(10, 0)).isEqualTo("-");
    assertThat(HumanFormat.ratio(10, 4)).isEqualTo("2.5x");
  }

  @Test
  void timesNameTheirZone() {
    Instant instant = Instant.parse("2026-11-22T13:00:05.9Z");
    assertThat(HumanFormat.time(instant, ZoneOffset.UTC)).isEqualTo("2026-11-22 13:00:05 UTC");
    assertThat(HumanFormat.time(instant, ZoneId.of("Europe/Berlin")))
        .isEqualTo("2026-11-22 14:00:05 CET");
  }
}
