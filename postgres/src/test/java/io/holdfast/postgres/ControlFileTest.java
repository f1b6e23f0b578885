package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ControlFileTest {
  @Test
  void readsVersion15() {
    ControlFile file = ControlFile.parse(ControlFileSamples.VERSION_15);

    assertThat(file.systemIdentifier()).isEqualTo(SystemIdentifier.parse("7711114646242899523"));
    assertThat(file.controlVersion()).isEqualTo(1300);
    assertThat(file.catalogVersion()).isEqualTo(202209061);
    assertCommonParameters(file);
  }

  @Test
  void readsVersion17() {
    ControlFile file = ControlFile.parse(ControlFileSamples.VERSION_17);

    assertThat(file.systemIdentifier()).isEqualTo(SystemIdentifier.parse("7711114652304676444"));
    assertThat(file.controlVersion()).isEqualTo(1700);
    assertThat(file.catalogVersion()).isEqualTo(202406281);
    assertCommonParameters(file);
  }

  @Test
  void readsVersion18() {
    ControlFile file = ControlFile.parse(ControlFileSamples.VERSION_18);

    assertThat(file.systemIdentifier()).isEqualTo(SystemIdentifier.parse("7711114658073421418"));
    assertThat(file.controlVersion()).isEqualTo(1800);
    assertThat(file.catalogVersion()).isEqualTo(202506291);
    assertThat(file.checkpoint()).isEqualTo(Lsn.parse("0/174D2C8"));
    assertCommonParameters(file);
  }

  private static void assertCommonParameters(ControlFile file) {
    assertThat(file.state()).isEqualTo(ClusterState.SHUT_DOWN);
    assertThat(file.timeline()).isEqualTo(new Timeline(1));
    assertThat(file.redo()).isEqualTo(file.checkpoint());
    assertThat(file.minimumRecoveryPoint()).isEqualTo(Lsn.NONE);
    assertThat(file.pageSize()).isEqualTo(8192);
    assertThat(file.segmentPages()).isEqualTo(131072);
    assertThat(file.segmentBytes()).isEqualTo(1L << 30);
    assertThat(file.walPageSize()).isEqualTo(8192);
    assertThat(file.walSegmentSize()).isEqualTo(16 << 20);
    assertThat(file.hasDataChecksums()).isTrue();
  }

  @Property(tries = 300)
  void noticesAnyFlippedBit(@ForAll @IntRange(max = 296 * 8 - 1) int bit) {
    byte[] bytes = ControlFileSamples.VERSION_18.clone();
    bytes[bit / 8] ^= (byte) (1 << bit % 8);

    assertThatThrownBy(() -> ControlFile.parse(bytes))
        .isInstanceOfAny(DamagedControlFileException.class, UnsupportedClusterException.class);
  }

  @Property(tries = 100)
  void refusesTooFewBytes(@ForAll @IntRange(max = 295) int length) {
    byte[] bytes = Arrays.copyOf(ControlFileSamples.VERSION_18, length);

    assertThatThrownBy(() -> ControlFile.parse(bytes))
        .isInstanceOf(DamagedControlFileException.class)
        .hasMessageContaining(length + " bytes");
  }

  @Test
  void namesAnUnknownVersion() {
    byte[] bytes = ControlFileSamples.VERSION_18.clone();
    words(bytes).putInt(8, 1900);

    assertThatThrownBy(() -> ControlFile.parse(bytes))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("1900");
  }

  @Test
  void recognisesTheOtherByteOrder() {
    byte[] bytes = ControlFileSamples.VERSION_18.clone();
    words(bytes).putInt(8, Integer.reverseBytes(1800));

    assertThatThrownBy(() -> ControlFile.parse(bytes))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("byte order");
  }

  @Test
  void refusesSizesThatCannotBeEvenWithAGoodChecksum() {
    byte[] bytes = ControlFileSamples.VERSION_18.clone();
    words(bytes).putInt(216, 1 << 30);
    sign(bytes);

    assertThatThrownBy(() -> ControlFile.parse(bytes))
        .isInstanceOf(DamagedControlFileException.class)
        .hasMessageContaining("page size");
  }

  private static ByteBuffer words(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void sign(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 292);
    words(bytes).putInt(292, (int) crc.getValue());
  }
}
