package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage to what a backup does not need keeps nobody from making it. */
class DamagedNeighboursTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();

  @Test
  void aDamagedRecordOfAnEarlierBackup() throws IOException {
    BackupRecord first = backup();
    byte[] bad = store.get(first.id().object());
    bad[100] ^= 1;
    store.replace(first.id().object(), bad);
    assertThat(backup().id()).isNotEqualTo(first.id());
  }

  @Test
  void aDamagedSession() throws IOException {
    store.put(ObjectName.of("sessions/00112233445566778899aabbccddeeff/0"), ByteBuffer.allocate(9));
    store.put(ObjectName.of("sessions/00112233445566778899aabbccddeeff/x"), ByteBuffer.allocate(9));
    assertThat(backup().sequence()).isEqualTo(1);
  }

  private BackupRecord backup() throws IOException {
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      manifest.add(
          WriteAndReadTest.file("f", session.write(new ByteArrayInputStream(new byte[9])::read)));
      return session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
    }
  }
}
