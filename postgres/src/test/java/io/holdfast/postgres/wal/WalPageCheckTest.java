package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class WalPageCheckTest {
  private static final int PAGE = 8192;
  private static final SystemIdentifier SYSTEM = new SystemIdentifier(0x7123_4567_89AB_CDEFL);
  private static final WalFormat FORMAT = new WalFormat(18, SYSTEM, 1 << 20, PAGE);
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

  private static Optional<String> first(ByteBuffer page) {
    byte[] bytes = new byte[PAGE];
    page.get(0, bytes);
    return new WalPageCheck(FORMAT, SEGMENT).fault(bytes);
  }

  @Test
  void aSegmentOfThisClusterIsAccepted() {
    WalPageCheck check = new WalPageCheck(FORMAT, SEGMENT);
    assertThat(check.fault(page(0).putInt(4, 1).array())).isEmpty();
    assertThat(check.fault(page(1).array())).isEmpty();
    assertThat(check.fault(new byte[PAGE])).isEmpty();
    assertThat(check.fault(new byte[PAGE])).isEmpty();
    assertThat(check.fault(page(4).array())).hasValue("a page behind the end of the log");
  }

  @Test
  void everyFieldOfTheHeaderIsChecked() {
    assertThat(first(page(0).putShort(0, (short) 0xD116)))
        .hasValue("a page that is not WAL of PostgreSQL 18");
    assertThat(first(page(0).putShort(2, (short) 0))).hasValueSatisfying(is("length"));
    assertThat(first(page(0).putShort(2, (short) 0x12))).hasValueSatisfying(is("no server"));
    assertThat(first(page(0).putInt(4, 3))).hasValueSatisfying(is("timeline 3"));
    assertThat(first(page(0).putInt(4, 0))).isPresent();
    assertThat(first(page(0).putLong(8, 0x400000))).hasValueSatisfying(is("0/400000"));
    assertThat(first(page(0).putLong(24, 1))).hasValueSatisfying(is("cluster 1"));
    assertThat(first(page(0).putInt(32, 1 << 24))).hasValueSatisfying(is("segments of another"));
    assertThat(first(page(0).putInt(36, 4096))).hasValue("a page of another size");
    assertThat(first(ByteBuffer.allocate(PAGE))).isPresent();
  }

  private static Consumer<String> is(String part) {
    return fault -> assertThat(fault).contains(part);
  }

  @Test
  void timelinesDoNotGoBack() {
    WalPageCheck check = new WalPageCheck(FORMAT, SEGMENT);
    assertThat(check.fault(page(0).array())).isEmpty();
    assertThat(check.fault(page(1).putInt(4, 1).array())).hasValue("a page of timeline 1");
  }

  @Test
  void unknownVersionsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WalFormat(99, SYSTEM, 1 << 20, PAGE))
        .withMessageContaining("99");
  }
}
