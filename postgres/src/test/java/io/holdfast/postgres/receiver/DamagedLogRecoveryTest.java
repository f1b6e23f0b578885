package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.postgres.recovery.MissingWalException;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.ObjectName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is missing, damaged or doubtful of a log is never taken for its end. */
class DamagedLogRecoveryTest extends RecoveryFixture {
  /** What another server wrote on the same timeline does not follow. */
  @Test
  void aTailThatDoesNotFollowIsNotTakenForAnUnfinishedRecord() {
    begin(18);
    Lsn end;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      end = insert(2).behind();
      await(receiver, end);
    }
    Lsn reach = stored(ONE).getLast().to();
    String segment = WalSegmentName.containing(ONE, reach, SEGMENT).toString();
    ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(100_000).putInt(7).putLong(0x18FF).put((byte) 0).put((byte) 10);
    int at = (int) (reach.value() % SEGMENT);
    archive().put(segment, at, record.array(), 0, 64, new WalNote(Instant.now(), null, null));
    assertThatThrownBy(() -> restore(plan(new RecoveryTarget.Latest(), true)))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining("a record that follows one at 0/18FF");
    assertThat(new CheckLog(archive(), bytes -> {}).run().problems()).hasSize(1);
    assertThat(recover(new RecoveryTarget.Position(end), false)).isEqualTo("[1 2]");
  }

  @Test
  void whereTheLogHasAGapItEndsAndSaysSo() {
    begin(18);
    Change two;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      two = insert(2);
      await(receiver, write(5000));
      await(receiver, insert(3).behind());
    }
    List<ObjectName> segments = whole();
    store.delete(segments.get(segments.size() - 2));
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThat(plan.warnings()).anyMatch(warning -> warning.contains("has a gap"));
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1 2]");
    assertThat(recover(new RecoveryTarget.Transaction(two.xid()), true)).isEqualTo("[1 2]");
  }

  @Test
  void damagedWalEndsTheRestoreAndNoServerStartsOnWhatIsThere() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    ObjectName damaged = whole().getLast();
    damage(damaged);
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining("cannot be used from ")
        .hasMessageContaining(damaged.last());
    Path place = cluster.dataDirectory().resolveSibling("recovered-0");
    assertThat(place.resolve("global/pg_control")).doesNotExist();
    assertThat(place.resolve("holdfast.restoring")).exists();
  }

  @Test
  void aSegmentOfWhichThereAreTwoIsNotGuessed() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    WalArchive archive = archive();
    List<ObjectName> before = whole();
    String segment = before.getLast().last().substring(0, 24);
    archive.put(segment, 0, new byte[SEGMENT], 0, SEGMENT, new WalNote(Instant.now(), null, null));
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThat(plan.reach()).isEqualTo(WalSegmentName.parse(segment, SEGMENT).start());
    assertThat(plan.warnings())
        .anyMatch(warning -> warning.contains(segment + " is there in two versions"));
    Lsn behind = plan.reach().plus(SEGMENT);
    assertThatThrownBy(() -> plan(new RecoveryTarget.Position(behind), true))
        .isInstanceOf(RecoveryTargetException.class)
        .hasMessageContaining("has no gap up to " + plan.reach());
    ObjectName other =
        objects(segment + "-.*").stream()
            .filter(is -> !before.contains(is))
            .findFirst()
            .orElseThrow();
    damage(other);
    assertThat(restore(plan(new RecoveryTarget.Latest(), true)).warnings())
        .as("one that cannot be read is none")
        .anySatisfy(warning -> assertThat(warning).contains(other.last()));
  }

  @Test
  void aDamagedLogLeavesWhatIsAtThePlaceAsItWas() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    Restored before = restore(plan(new RecoveryTarget.Latest(), true));
    damage(whole().getLast());
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan, before.place()))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining("is damaged");
    try (RestoredServer server = RestoredServer.start(cluster, before.place())) {
      assertThat(server.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[5000]");
    }
  }

  @Test
  void whereAPieceIsDamagedOthersWithTheSameBytesAreTaken() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      await(receiver, insert(2).behind());
      await(receiver, insert(3).behind());
      await(receiver, write(3000));
    }
    ObjectName hurt = whole().getLast();
    WalArchive archive = archive();
    WalPiece piece =
        archive
            .piecesOf(hurt.last().substring(0, 24))
            .map(WalArchive.StoredPiece::piece)
            .filter(is -> is.length() == SEGMENT)
            .findFirst()
            .orElseThrow();
    byte[] bytes = archive.read(piece);
    WalNote note = new WalNote(Instant.now(), null, null);
    archive.put(piece.segment(), 0, bytes, 0, SEGMENT / 2, note);
    archive.put(piece.segment(), SEGMENT / 2, bytes, SEGMENT / 2, SEGMENT / 2, note);
    damage(hurt);
    Restored restored = restore(plan(new RecoveryTarget.Latest(), true));
    String name = hurt.last();
    assertThat(restored.warnings()).anySatisfy(warning -> assertThat(warning).contains(name));
    try (RestoredServer server = RestoredServer.start(cluster, restored.place())) {
      assertThat(server.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[3000]");
    }
  }
}
