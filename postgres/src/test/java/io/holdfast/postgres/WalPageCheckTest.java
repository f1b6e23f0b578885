package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WalPageCheckTest {
  private static final int PAGE = 8192;
  private static final SystemIdentifier SYSTEM = new SystemIdentifier(0x7123_4567_89AB_CDEFL);
  private static final WalPageCheck.Shape SHAPE = new WalPageCheck.Shape(18, SYSTEM, 1 << 20, PAGE);
  private static final WalSegmentName SEGMENT =
      WalSegmentName.containing(new Timeline(2), Lsn.parse("0/300000"), 1 << 20);

  private static ByteBuffer page(int number) {
    ByteBuffer page = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    page.putShort(0, (short) 0xD118);
    page.putShort(2, (short) (number == 0 ? 2 : 0));
    page.putInt(4, 2);
    page.putLong(8, SEGMENT.start().value() + (long) number * PAGE);
    if (number == 0) {
      page.putLong(24, SYSTEM.value());
      page.putInt(32, 1 << 20);
      page.putInt(36, PAGE);
    }
    return page;
  }

  private static void first(ByteBuffer page) {
    byte[] bytes = new byte[PAGE];
    page.get(0, bytes);
    new WalPageCheck(SHAPE, SEGMENT).accept(bytes);
  }

  @Test
  void aSegmentOfThisClusterIsAccepted() {
    WalPageCheck check = new WalPageCheck(SHAPE, SEGMENT);
    check.accept(page(0).putInt(4, 1).array());
    check.accept(page(1).array());
    check.accept(new byte[PAGE]);
    check.accept(new byte[PAGE]);
    assertThatThrownBy(() -> check.accept(page(4).array())).hasMessageContaining("behind the end");
  }

  @Test
  void everyFieldOfTheHeaderIsChecked() {
    assertThatThrownBy(() -> first(page(0).putShort(0, (short) 0xD116)))
        .isInstanceOf(DamagedWalException.class)
        .hasMessageContaining(SEGMENT.toString())
        .hasMessageContaining("0/300000");
    assertThatThrownBy(() -> first(page(0).putShort(2, (short) 0))).hasMessageContaining("length");
    assertThatThrownBy(() -> first(page(0).putInt(4, 3))).hasMessageContaining("timeline 3");
    assertThatThrownBy(() -> first(page(0).putInt(4, 0))).hasMessageContaining("timeline 0");
    assertThatThrownBy(() -> first(page(0).putLong(8, 0x400000))).hasMessageContaining("0/400000");
    assertThatThrownBy(() -> first(page(0).putLong(24, 1))).hasMessageContaining("cluster 1");
    assertThatThrownBy(() -> first(page(0).putInt(32, 1 << 24)))
        .hasMessageContaining("segment size");
    assertThatThrownBy(() -> first(page(0).putInt(36, 4096))).hasMessageContaining("page size");
    assertThatThrownBy(() -> first(ByteBuffer.allocate(PAGE)))
        .isInstanceOf(DamagedWalException.class);
  }

  @Test
  void timelinesDoNotGoBack() {
    WalPageCheck check = new WalPageCheck(SHAPE, SEGMENT);
    check.accept(page(0).array());
    assertThatThrownBy(() -> check.accept(page(1).putInt(4, 1).array()))
        .hasMessageContaining("timeline 1");
  }

  @Test
  void unknownVersionsAreRefused() {
    WalPageCheck.Shape future = new WalPageCheck.Shape(99, SYSTEM, 1 << 20, PAGE);
    assertThatThrownBy(() -> new WalPageCheck(future, SEGMENT).accept(page(0).array()))
        .isInstanceOf(UnsupportedClusterException.class);
    assertThat(SHAPE.segmentSize()).isEqualTo(1 << 20);
  }
}
