package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * A record says what it says, or is refused: whatever its bytes are, when its checksum is right.
 */
class RecordDecoderTest {
  private static final int XLOG = 0;
  private static final int TRANSACTION = 1;
  private static final int STORAGE = 2;
  private static final int HEAP2 = 9;
  private static final int HEAP = 10;
  private static final int COMMIT_WITH_INFO = 0x80;

  @Property(tries = 2000)
  void anyBytesAreReadOrRefused(
      @ForAll long seed,
      @ForAll @IntRange(max = 15) int info,
      @ForAll @IntRange(min = 15, max = 18) int major)
      throws IOException {
    Random random = new Random(seed);
    byte[] payload = new byte[random.nextInt(300)];
    random.nextBytes(payload);
    int[] managers = {XLOG, TRANSACTION, STORAGE, HEAP2, HEAP};
    int manager = managers[random.nextInt(managers.length)];
    if (payload.length > 2 && random.nextBoolean()) { // so that most get beyond their headers
      payload[0] = (byte) 255;
      payload[1] = (byte) Math.min(255, payload.length - 2);
      payload = Arrays.copyOf(payload, 2 + Byte.toUnsignedInt(payload[1]));
    }
    WalRecord record = record(manager, info << 4, payload);
    try {
      WalEvent event = WalEvent.of(record, major);
      assertThat(event == null || event.end().equals(record.end())).isTrue();
    } catch (MalformedRecordException e) {
      assertThat(e).hasMessageContaining(record.start().toString());
    }
  }

  @Test
  void aCheckpointOfNoTimeThereIsIsRefused() throws IOException {
    for (long seconds : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 60}) {
      ByteBuffer main = ByteBuffer.allocate(88).order(ByteOrder.LITTLE_ENDIAN);
      main.putInt(8, 1).putInt(12, 1).putLong(64, seconds);
      WalRecord record = record(XLOG, 0x10, withHeader(main.array()));
      assertThatThrownBy(() -> WalEvent.of(record, 18))
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void aCommitThatAnnouncesMoreThanItHasIsRefused() throws IOException {
    WalRecord record = record(TRANSACTION, COMMIT_WITH_INFO, withHeader(commit(1 << 20)));
    assertThatThrownBy(() -> WalEvent.of(record, 18))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("announces");
  }

  @Test
  void ofACommitWithVeryManySubtransactionsSomeAreRead() throws Exception {
    int many = WalRecord.MOST_KEPT / 4 + 1000;
    ByteBuffer main = ByteBuffer.allocate(16 + 4 * many).order(ByteOrder.LITTLE_ENDIAN);
    main.put(commit(many));
    WalRecord record = record(TRANSACTION, COMMIT_WITH_INFO, withHeader(main.array()));
    WalEvent.Commit commit = (WalEvent.Commit) Objects.requireNonNull(WalEvent.of(record, 18));
    assertThat(commit.complete()).isFalse();
    assertThat(commit.xid()).isEqualTo(77);
    assertThat(commit.subtransactions()).hasSizeGreaterThan(many - 2000);
  }

  @Test
  void aCommitOfAPreparedTransactionIsThatOfItsOwnXid() throws Exception {
    ByteBuffer main = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
    main.putLong(1_000_000).putInt(2 | 16).putInt(2).putInt(41).putInt(42).putInt(40);
    WalRecord record = record(TRANSACTION, 0x30 | 0x80, withHeader(main.array()));
    WalEvent.Commit commit = (WalEvent.Commit) Objects.requireNonNull(WalEvent.of(record, 15));
    assertThat(commit.xid()).isEqualTo(40);
    assertThat(commit.subtransactions()).isEqualTo(List.of(41L, 42L));
    assertThat(commit.time()).hasToString("2000-01-01T00:00:01Z");
  }

  @Test
  void whatAnUpsertTookBackIsNoDeletion() throws Exception {
    for (int flags : new int[] {0, 0x08}) {
      ByteBuffer payload = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
      payload.put((byte) 0).put((byte) 0).putShort((short) 0);
      payload.putInt(1663).putInt(5).putInt(16384).putInt(7).put((byte) 255).put((byte) 8);
      payload.putInt(77).putShort((short) 3).put((byte) 0).put((byte) flags);
      WalRecord record = record(HEAP, 0x10, Arrays.copyOf(payload.array(), payload.position()));
      RowChange deleted = RowChange.of(record);
      RowChange takenBack = RowChange.takenBack(record);
      assertThat(flags == 0 ? deleted : takenBack)
          .isEqualTo(new RowChange(77, new RelationId(1663, 5, 16384), new RowPlace(7, 3), null));
      assertThat(flags == 0 ? takenBack : deleted).isNull();
    }
  }

  /** The start of a commit that announces so many subtransactions. */
  private static byte[] commit(int subtransactions) {
    ByteBuffer main = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    return main.putLong(1_000_000).putInt(2).putInt(subtransactions).array();
  }

  private static byte[] withHeader(byte[] main) {
    ByteBuffer payload = ByteBuffer.allocate(5 + main.length).order(ByteOrder.LITTLE_ENDIAN);
    return payload.put((byte) 254).putInt(main.length).put(main).array();
  }

  private static WalRecord record(int manager, int info, byte[] payload) throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(manager, info, 77, payload);
    try (WalRecordReader reader = new WalRecordReader(MadeWal.FORMAT, wal, MadeWal.start())) {
      return Objects.requireNonNull(reader.next());
    }
  }
}
