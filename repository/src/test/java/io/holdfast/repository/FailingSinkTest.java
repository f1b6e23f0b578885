package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingSinkTest {
  @TempDir Path directory;

  @Test
  void whatASinkThrowsComesOutAlsoWhenMuchIsUnderway() throws IOException {
    try (Repository repository = TestRepository.open(new MemoryStore(), directory);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      byte[] bytes = new byte[60 << 20];
      new Random(5).nextBytes(bytes);
      Content content = session.write(new ByteArrayInputStream(bytes)::read);
      ManifestWriter manifest = session.manifest();
      manifest.add(WriteAndReadTest.file("f", content));
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
      ContentReader.Target target = new ContentReader.Target(content, new FullDisk());
      assertThatThrownBy(() -> repository.contents().read(List.of(target).iterator()))
          .isInstanceOf(IOException.class)
          .hasMessage("disk full");
    }
  }

  private static final class FullDisk implements ContentReader.Sink {
    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      throw new IOException("disk full");
    }

    @Override
    public void hole(long offset, long length) {}

    @Override
    public void complete() {}
  }
}
