package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever can write to the storage cannot make a reader take more memory than an object of a kind
 * may need. The files here are holes that are larger than the memory of the tests.
 */
class OversizedObjectsTest {
  private static final long SIZE = 3L << 30;

  @TempDir Path directory;
  private SampleRepository sample;

  @BeforeEach
  void make() throws IOException {
    sample = SampleRepository.random(directory, 1);
    sample.create(directory.resolve("cache"));
  }

  @Test
  void aFormatObjectThatIsTooLargeIsRefused() throws IOException {
    grow("format/1");
    assertRefused("format/1");
  }

  @Test
  void anEpochObjectThatIsTooLargeIsRefused() throws IOException {
    String epoch = names(EpochObject.PREFIX).getFirst();
    grow(epoch);
    assertRefused(epoch);
  }

  @Test
  void aKeyObjectThatIsTooLargeKeepsNobodyOut() throws IOException {
    plant("keys/" + "0".repeat(32));
    open("cache").close();
  }

  @Test
  void objectsOfAnyKindThatAreTooLargeAreNamedByAVerification() throws IOException {
    List<String> planted =
        List.of(
            "backups/20260301T020000Z-full-0123456789abcdef",
            "runs/" + "1".repeat(32),
            "sessions/" + "2".repeat(32) + "/0",
            "index/" + "3".repeat(64),
            "packs/44/" + "4".repeat(64));
    for (String name : planted) {
      plant(name);
    }
    try (Repository repository = open("new cache")) {
      VerificationReport report =
          repository.verification().run(VerificationLevel.CONTENT, bytes -> {});
      for (String name : planted) {
        assertThat(report.problems())
            .anyMatch(p -> p.object().equals(name) && p.what().contains("larger than such"));
      }
    }
  }

  private void assertRefused(String name) {
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> open("cache").close())
        .withMessageContaining(name)
        .withMessageContaining("larger than such an object may be");
  }

  private Repository open(String cache) {
    return sample.open(directory.resolve(cache), Compression.DEFAULT);
  }

  private void grow(String name) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(sample.store().resolve(name).toFile(), "rw")) {
      file.setLength(SIZE);
    }
  }

  private void plant(String name) throws IOException {
    Files.createDirectories(sample.store().resolve(name).getParent());
    grow(name);
  }

  private List<String> names(String prefix) {
    try (ObjectStore store = LocalDirectoryStore.open(sample.store());
        Stream<ObjectStat> list = store.list(prefix)) {
      return list.map(ObjectStat::name).map(ObjectName::value).toList();
    }
  }
}
