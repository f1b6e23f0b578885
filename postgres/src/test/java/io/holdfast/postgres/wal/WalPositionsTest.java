package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WalPositionsTest {

  @Property
  void anLsnIsReadAsItIsPrinted(@ForAll long value) {
    Lsn lsn = new Lsn(value);
    assertThat(Lsn.parse(lsn.toString())).isEqualTo(lsn);
  }

  @Test
  void anLsnPrintsAsPostgresDoes() {
    assertThat(new Lsn(0x16_B374_D848L)).hasToString("16/B374D848");
    assertThat(new Lsn(0x1_0000_0000L)).hasToString("1/0");
    assertThat(Lsn.parse("ffffffff/ffffffff").isBefore(Lsn.NONE)).isFalse();
  }

  @Test
  void whatIsNoLsnIsRefused() {
    for (String text :
        new String[] {
          "", "/", "1", "1/", "/1", "1/-1", "123456789/0", "0/123456789", "g/0", "0/0/0"
        }) {
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> Lsn.parse(text));
    }
  }

  @Test
  void segmentNamesFollowTheSegmentSize() {
    Timeline one = new Timeline(1);
    assertThat(WalSegmentName.containing(one, Lsn.parse("1/2345678"), 16 << 20))
        .hasToString("000000010000000100000002");
    assertThat(WalSegmentName.containing(one, Lsn.parse("1/2345678"), 1 << 20))
        .hasToString("000000010000000100000023");
    assertThat(WalSegmentName.containing(new Timeline(26), Lsn.parse("5/C0000000"), 1 << 30))
        .hasToString("0000001A0000000500000003");
  }

  @Property
  void aSegmentNameIsReadAsItIsPrinted(
      @ForAll long position, @ForAll @IntRange(min = 20, max = 30) int bits) {
    Lsn lsn = new Lsn(position);
    WalSegmentName name = WalSegmentName.containing(new Timeline(7), lsn, 1 << bits);
    assertThat(WalSegmentName.parse(name.toString(), 1 << bits)).isEqualTo(name);
    assertThat(lsn.minus(name.start())).isBetween(0L, (1L << bits) - 1);
    assertThat(name.end()).isEqualTo(name.start().plus(1L << bits));
  }

  @Test
  void whatIsNoSegmentIsRefused() {
    for (String name :
        new String[] {
          "",
          "00000001000000000000000",
          "00000002.history",
          "000000010000000000000100",
          "000000000000000000000001",
          "00000001000000000000000a"
        }) {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(() -> WalSegmentName.parse(name, 16 << 20));
    }
    for (long size : new long[] {0, 1 << 19, 3 << 20, 1L << 31}) {
      assertThatIllegalArgumentException().isThrownBy(() -> WalSegmentName.checkSegmentSize(size));
    }
  }

  @Test
  void identifiersAreUnsigned() {
    assertThat(SystemIdentifier.parse("18446744073709551615")).hasToString("18446744073709551615");
    assertThat(Timeline.parse("10").historyFileName()).isEqualTo("0000000A.history");
    assertThatIllegalArgumentException().isThrownBy(() -> Timeline.parse("0"));
  }
}
