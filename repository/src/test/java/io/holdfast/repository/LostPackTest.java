package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pack that does not reach the storage never lets a backup be committed that needs it. */
class LostPackTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(3);

  @Test
  void aPackThatAnInterruptedThreadHeldFailsTheCommit() throws IOException, InterruptedException {
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      List<Content> written = new ArrayList<>();
      Thread writer = Thread.ofPlatform().start(() -> writeInterrupted(session, written));
      writer.join();
      assertThat(written).isNotEmpty();
      assertThatThrownBy(
              () -> {
                ManifestWriter manifest = session.manifest();
                for (int i = 0; i < written.size(); i++) {
                  manifest.add(
                      WriteAndReadTest.file("f" + String.format("%04d", i), written.get(i)));
                }
                session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
              })
          .isInstanceOf(RepositoryException.class);
    }
    try (Repository repository = TestRepository.open(store, directory)) {
      assertThat(repository.backups().list()).isEmpty();
    }
  }

  /** Until the pack is full, which the thread then cannot hand over. */
  private void writeInterrupted(BackupSession session, List<Content> written) {
    Thread.currentThread().interrupt();
    byte[] bytes = new byte[200_000];
    try {
      for (int i = 0; i < 400; i++) {
        random.nextBytes(bytes);
        written.add(session.write(new ByteArrayInputStream(bytes)::read));
      }
    } catch (CancelledException | IOException e) {
      assertThat(e).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void anErrorOfAnUploadIsNotForgotten() {
    PackBuilder pack =
        new PackBuilder(new FixedKeys(1), PackKind.DATA, DomainId.DEFAULT, RandomId.next(random));
    try (PackUploads uploads =
        new PackUploads(
            store,
            summary -> {
              throw new AssertionError("no memory, say");
            })) {
      uploads.submit(pack);
      assertThatThrownBy(uploads::await)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("no memory, say");
    }
  }

  @Test
  void aPackElsewhereThanItsNameSaysIsMissing() throws IOException {
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      byte[] bytes = new byte[300_000];
      manifest.add(
          WriteAndReadTest.file("f", session.write(new ByteArrayInputStream(bytes)::read)));
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
    }
    ObjectName pack;
    try (var packs = store.list(PackName.PREFIX)) {
      pack = packs.findFirst().orElseThrow().name();
    }
    byte[] bytes = store.get(pack);
    store.delete(pack);
    store.put(ObjectName.of("packs/zz/" + pack.last()), ByteBuffer.wrap(bytes));
    try (Repository repository = TestRepository.open(store, directory)) {
      VerificationReport report =
          repository.verification().run(VerificationLevel.OBJECTS, size -> {});
      assertThat(report.problems()).extracting("object").contains(pack.value());
    }
  }
}
