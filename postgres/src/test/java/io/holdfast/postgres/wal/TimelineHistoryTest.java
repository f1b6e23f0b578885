package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineHistoryTest {
  private static final Timeline ONE = new Timeline(1);
  private static final Timeline TWO = new Timeline(2);
  private static final Timeline FIVE = new Timeline(5);

  private static TimelineHistory parse(int timeline, String file) throws Exception {
    return TimelineHistory.parse(
        new Timeline(timeline), file.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Lsn lsn(String text) {
    return Lsn.parse(text);
  }

  @Test
  void aFileIsReadAsServersWriteIt() throws Exception {
    TimelineHistory history =
        parse(
            5,
            """
            1\t0/3000158\tno recovery target specified

            # a comment
            2\t16/B374D848\tbefore 2026-01-01 00:00:00+00
            """);
    assertThat(history.before())
        .containsExactly(
            new TimelineHistory.Switch(ONE, lsn("0/3000158")),
            new TimelineHistory.Switch(TWO, lsn("16/B374D848")));
    assertThat(history.at(lsn("0/0"))).isEqualTo(ONE);
    assertThat(history.at(lsn("0/3000157"))).isEqualTo(ONE);
    assertThat(history.at(lsn("0/3000158"))).isEqualTo(TWO);
    assertThat(history.at(lsn("16/B374D847"))).isEqualTo(TWO);
    assertThat(history.at(lsn("16/B374D848"))).isEqualTo(FIVE);
    assertThat(history.at(lsn("FFFFFFFF/FFFFFFFF"))).isEqualTo(FIVE);
  }

  @Test
  void whatWasWrittenAfterATimelineWasLeftDoesNotBelong() throws Exception {
    TimelineHistory history = parse(5, "1\t0/3000158\tx\n2\t0/5000000\tx\n");
    assertThat(history.contains(ONE, lsn("0/3000158"))).isTrue();
    assertThat(history.contains(ONE, lsn("0/3000159"))).isFalse();
    assertThat(history.contains(TWO, lsn("0/3000158"))).isFalse();
    assertThat(history.contains(TWO, lsn("0/3000159"))).isTrue();
    assertThat(history.contains(TWO, lsn("0/5000000"))).isTrue();
    assertThat(history.contains(TWO, lsn("0/5000001"))).isFalse();
    assertThat(history.contains(FIVE, lsn("0/5000001"))).isTrue();
    assertThat(history.contains(new Timeline(3), lsn("0/5000001"))).isFalse();
  }

  /** As a recovery writes it that ended before its own timeline began. */
  @Test
  void aTimelineThatWasLeftBeforeItBeganHasNoPart() throws Exception {
    TimelineHistory history = parse(5, "1\t0/5000000\tx\n2\t0/4000000\tx\n");
    assertThat(history.at(lsn("0/3FFFFFF"))).isEqualTo(ONE);
    assertThat(history.at(lsn("0/4000000"))).isEqualTo(FIVE);
    assertThat(history.at(lsn("0/5000000"))).isEqualTo(FIVE);
    assertThat(history.contains(ONE, lsn("0/4000000"))).isTrue();
    assertThat(history.contains(ONE, lsn("0/4000001"))).isFalse();
  }

  @Test
  void theFirstTimelineHasAllThereIs() {
    TimelineHistory history = TimelineHistory.ofFirst(ONE);
    assertThat(history.at(Lsn.NONE)).isEqualTo(ONE);
    assertThat(history.contains(ONE, lsn("FFFFFFFF/FFFFFFFF"))).isTrue();
    assertThat(history.contains(TWO, lsn("0/1"))).isFalse();
  }

  @Test
  void anEmptyFileTellsOfNoTimelineBefore() throws Exception {
    assertThat(parse(5, "").before()).isEmpty();
    assertThat(parse(5, " \n\n# 1\t0/1\n").before()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1\t\n",
        "1\t0/3000158x\n",
        "x\t0/3000158\n",
        "-1\t0/3000158\n",
        "0\t0/3000158\n",
        "5\t0/3000158\n",
        "4294967297\t0/3000158\n",
        "1\t123456789/0\n",
        "1 0/1 \n1 0/2\n",
        "2 0/1\n1 0/2\n",
        "\u0000\u0001\u0002"
      })
  void whatNoServerWritesIsRefused(String file) {
    assertThatExceptionOfType(MalformedHistoryException.class)
        .isThrownBy(() -> parse(5, file))
        .withMessageStartingWith("the history of timeline 5 has ");
  }
}
