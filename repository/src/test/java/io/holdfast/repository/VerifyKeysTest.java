package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verification looks at what opens the repository, also for other holders than the one here. */
class VerifyKeysTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;

  @BeforeEach
  void create() {
    samples = SampleBackups.created(directory, store);
  }

  @Test
  void soundKeysAreSound() {
    assertThat(keys()).hasSize(2);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aDamagedKeyObjectOfAnotherHolderIsNamed() {
    for (ObjectName name : keys()) {
      byte[] sound = store.get(name);
      if (KeyObject.decode(name, sound, repositoryId()).holder().isKind(HolderKind.KEY_FILE)) {
        continue;
      }
      for (int at = 0; at < sound.length; at += 17) {
        byte[] bad = sound.clone();
        bad[at] ^= 1;
        store.replace(name, bad);
        assertThat(problems()).as("byte %d", at).containsExactly(name.value());
      }
      for (int length : new int[] {0, 20, sound.length - 1, sound.length + 1}) {
        store.replace(name, Arrays.copyOf(sound, length));
        assertThat(problems()).as("cut to %d", length).containsExactly(name.value());
      }
    }
  }

  /** Its name has the right hash: only the root key tells. */
  @Test
  void aForgedKeyObjectIsNamed() {
    for (ObjectName name : keys()) {
      byte[] bad = store.get(name);
      bad[bad.length - 1] ^= 1;
      ObjectName forged = KeyObject.name(bad);
      store.put(forged, ByteBuffer.wrap(bad));
      assertThat(problems()).containsExactly(forged.value());
      store.delete(forged);
    }
  }

  @Test
  void aKeyObjectThatACreationLeftBehindIsNone() {
    MemoryStore other = new MemoryStore();
    CreatedRepository.create(other, directory.resolve("other"));
    try (Stream<ObjectStat> objects = other.list("")) {
      objects
          .map(ObjectStat::name)
          .filter(name -> !name.equals(FormatObject.NAME))
          .forEach(name -> store.put(name, ByteBuffer.wrap(other.get(name))));
    }
    assertThat(problems()).isEmpty();
  }

  @Test
  void anEpochObjectThatDoesNotOpenIsNamed() {
    String planted = EpochObject.PREFIX + "0".repeat(32);
    store.put(ObjectName.of(planted), ByteBuffer.wrap(new byte[40]));
    assertThat(problems()).containsExactly(planted);
  }

  @Test
  void whatIsDamagedWhileTheRepositoryIsOpenIsNamed() {
    try (Repository repository = samples.open(store)) {
      ObjectName epoch = names(EpochObject.PREFIX).getFirst();
      for (ObjectName name : List.of(epoch, FormatObject.NAME)) {
        byte[] sound = store.get(name);
        byte[] bad = sound.clone();
        bad[bad.length / 2] ^= 1;
        store.replace(name, bad);
        assertThat(problems(repository)).containsExactly(name.value());
        store.delete(name);
        assertThat(problems(repository)).containsExactly(name.value());
        store.replace(name, sound);
      }
    }
  }

  private RandomId repositoryId() {
    return FormatObject.decode(store.get(FormatObject.NAME)).repositoryId();
  }

  private List<String> problems() {
    try (Repository repository = samples.open(store)) {
      return problems(repository);
    }
  }

  private static List<String> problems(Repository repository) {
    return repository.verification().run(VerificationLevel.OBJECTS, bytes -> {}).problems().stream()
        .map(VerificationReport.Problem::object)
        .toList();
  }

  private List<ObjectName> keys() {
    return names(KeyObject.PREFIX);
  }

  private List<ObjectName> names(String prefix) {
    try (Stream<ObjectStat> objects = store.list(prefix)) {
      return objects.map(ObjectStat::name).toList();
    }
  }
}
