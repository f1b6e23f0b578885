package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.wal.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PageVerifierTest {
  private static final Lsn START = Lsn.parse("1/2000");
  private static final int SIZE = 8192;
  private final PageVerifier verifier = new PageVerifier(SIZE, true, START);

  @Property(tries = 100)
  void agreesWithTheDescriptionForEveryPageSize(
      @ForAll long seed,
      @ForAll @IntRange(min = 10, max = 15) int sizeBits,
      @ForAll @LongRange(max = 0xFFFFFFFFL) long block) {
    byte[] page = new byte[1 << sizeBits];
    new Random(seed).nextBytes(page);
    byte[] shifted = new byte[page.length + 100];
    System.arraycopy(page, 0, shifted, 60, page.length);

    assertThat(PageChecksum.of(shifted, 60, page.length, block))
        .isEqualTo(LiteralPageChecksum.of(page, block))
        .isBetween(1, 65535);
  }

  @Property(tries = 50)
  void ignoresTheFieldItIsKeptIn(@ForAll long seed, @ForAll short field) {
    byte[] page = page(seed, START, 7);
    int checksum = PageChecksum.of(page, 0, SIZE, 7);
    words(page).putShort(PageHeader.CHECKSUM_AT, field);

    assertThat(PageChecksum.of(page, 0, SIZE, 7)).isEqualTo(checksum);
  }

  @Property(tries = 200)
  void aFlippedBitOfAnOldPageIsDamage(
      @ForAll long seed, @ForAll @IntRange(min = 8 * 8, max = SIZE * 8 - 1) int bit) {
    byte[] page = page(seed, new Lsn(START.value() - 1), 9);
    assertThat(verifier.verify(page, 0, 9)).isEqualTo(PageVerdict.SOUND);

    page[bit / 8] ^= (byte) (1 << bit % 8);

    assertThat(verifier.verify(page, 0, 9)).isEqualTo(PageVerdict.DAMAGED);
  }

  @Test
  void aPageOfAnotherBlockIsDamage() {
    byte[] page = page(1, Lsn.parse("0/1"), 9);

    assertThat(verifier.verify(page, 0, 10)).isEqualTo(PageVerdict.DAMAGED);
  }

  @Test
  void aTornPageThatWasWrittenSinceTheStartIsReplacedByRecovery() {
    byte[] page = page(1, START, 9);
    page[5000] ^= 1;

    assertThat(verifier.verify(page, 0, 9)).isEqualTo(PageVerdict.CHANGING);
  }

  @Test
  void onlyAllZerosAreAnEmptyPage() {
    byte[] page = new byte[SIZE];
    assertThat(verifier.verify(page, 0, 9)).isEqualTo(PageVerdict.EMPTY);

    page[SIZE - 1] = 1;

    assertThat(verifier.verify(page, 0, 9)).isEqualTo(PageVerdict.DAMAGED);
  }

  @Test
  void withoutChecksumsNothingIsDamage() {
    byte[] page = page(1, Lsn.parse("0/1"), 9);

    assertThat(new PageVerifier(SIZE, false, START).verify(page, 0, 10))
        .isEqualTo(PageVerdict.SOUND);
  }

  /** A page as the server would write it, with random rows. */
  private static byte[] page(long seed, Lsn lsn, long block) {
    byte[] page = new byte[SIZE];
    new Random(seed).nextBytes(page);
    ByteBuffer header = words(page);
    header.putInt(0, (int) (lsn.value() >>> 32)).putInt(4, (int) lsn.value());
    header.putShort(12, (short) 100).putShort(14, (short) 4000).putShort(16, (short) SIZE);
    header.putShort(18, (short) (SIZE | 4));
    header.putShort(PageHeader.CHECKSUM_AT, (short) LiteralPageChecksum.of(page, block));
    return page;
  }

  private static ByteBuffer words(byte[] page) {
    return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
  }
}
