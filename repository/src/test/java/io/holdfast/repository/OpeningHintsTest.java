package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What to do when nothing opens: not to verify, which does not open it either. */
class OpeningHintsTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();

  @BeforeEach
  void create() {
    CreatedRepository.create(store, directory.resolve("cache"));
  }

  @Test
  void aDamagedKeyObjectAsksForAnotherHolder() {
    damage(KeyObject.PREFIX);
    assertHint("recovery kit", "key file");
  }

  @Test
  void aDamagedEpochObjectAsksForACopy() {
    damage(EpochObject.PREFIX);
    assertHint("copy");
  }

  @Test
  void aDamagedFormatObjectAsksForACopy() {
    damage(FormatObject.PREFIX);
    assertHint("copy");
  }

  @Test
  void aFormatObjectThatTellsAnotherVersionIsNamed() {
    String format =
        new String(store.get(FormatObject.NAME), java.nio.charset.StandardCharsets.UTF_8);
    store.replace(
        FormatObject.NAME,
        format
            .replace("\"version\":1", "\"version\":3")
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatExceptionOfType(UnsupportedFormatException.class)
        .isThrownBy(this::open)
        .withMessageContaining(FormatObject.NAME.value());
  }

  private void damage(String prefix) {
    try (Stream<ObjectStat> objects = store.list(prefix)) {
      for (ObjectName name : objects.map(ObjectStat::name).toList()) {
        byte[] object = store.get(name);
        object[object.length - 20] ^= 1;
        store.replace(name, object);
      }
    }
  }

  private void assertHint(String... parts) {
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(this::open)
        .satisfies(e -> assertThat(e.hint()).doesNotContain("verify").contains(parts));
  }

  private void open() {
    CreatedRepository.open(
            store, directory.resolve("cache"), Clock.systemUTC(), Duration.ofMinutes(15))
        .close();
  }
}
