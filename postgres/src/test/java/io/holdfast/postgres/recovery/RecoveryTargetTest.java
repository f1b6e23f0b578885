package io.holdfast.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.wal.Lsn;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTargetTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-26T14:30:00Z, 2026-11-26T14:30:00Z",
    "2026-11-26 14:30:00Z, 2026-11-26T14:30:00Z",
    "2026-11-26 14:30:00 UTC, 2026-11-26T14:30:00Z",
    "2026-11-26 14:30Z, 2026-11-26T14:30:00Z",
    "2026-11-26 14:30:00.123456+00, 2026-11-26T14:30:00.123456Z",
    "2026-11-26 15:30:00+01:00, 2026-11-26T14:30:00Z",
    "2026-11-26 15:30:00 +0100, 2026-11-26T14:30:00Z",
    "2026-07-01 15:30 Europe/Berlin, 2026-07-01T13:30:00Z",
    "2026-10-25 02:30:00+02:00, 2026-10-25T00:30:00Z"
  })
  void timesAreReadWithTheirZone(String text, Instant time) {
    assertThat(RecoveryTarget.parse(text)).isEqualTo(new RecoveryTarget.Time(time));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-26 14:30:00",
        "2026-11-26",
        "2026-02-30 10:00:00Z",
        "2026-11-26 25:00:00Z",
        "2026-11-26 14:30:00 Nowhere/City",
        "2026-10-25 02:30:00 Europe/Berlin",
        "2026-03-29 02:30:00 Europe/Berlin",
        "xid:0",
        "xid:",
        "xid:-1",
        "0/",
        "G/1",
        "0/FFFFFFFFF",
        "2",
        "99999999999999999999",
        "",
        "point:",
        "point:0123456789012345678901234567890123456789012345678901234567890123"
      })
  void whatIsNoTargetIsRefused(String text) {
    assertThatThrownBy(() -> RecoveryTarget.parse(text))
        .isInstanceOf(RecoveryTargetException.class)
        .hasMessageContaining("no recovery target");
  }

  @Test
  void whatIsMeantIsToldByItsForm() {
    assertThat(RecoveryTarget.parse("latest")).isEqualTo(new RecoveryTarget.Latest());
    assertThat(RecoveryTarget.parse("LATEST")).isEqualTo(new RecoveryTarget.Latest());
    assertThat(RecoveryTarget.parse("point:a/b")).isEqualTo(new RecoveryTarget.Point("a/b"));
    assertThat(RecoveryTarget.parse(" 16/B374D848"))
        .isEqualTo(new RecoveryTarget.Position(Lsn.parse("16/B374D848")));
    assertThat(RecoveryTarget.parse("xid:742")).isEqualTo(new RecoveryTarget.Transaction(742));
    assertThat(RecoveryTarget.parse("742")).isEqualTo(new RecoveryTarget.Transaction(742));
    assertThat(RecoveryTarget.parse("4294968038"))
        .as("as pg_current_xact_id() tells it after a wraparound")
        .isEqualTo(new RecoveryTarget.Transaction(742));
    assertThat(RecoveryTarget.parse("before release 7"))
        .isEqualTo(new RecoveryTarget.Point("before release 7"));
    assertThat(RecoveryTarget.parse("point:latest")).isEqualTo(new RecoveryTarget.Point("latest"));
  }
}
