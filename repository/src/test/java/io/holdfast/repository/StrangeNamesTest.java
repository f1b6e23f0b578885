package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not named as section 3 of the format says is not part of the repository. */
class StrangeNamesTest {
  static final List<String> STRANGE =
      List.of(
          "notes.txt",
          "backups/20260301T020000Z-full-0123456789ABCDEF",
          "backups/copy/20260301T020000Z-full-0123456789abcdef",
          "backups/notes.txt",
          "epochs/notes",
          "format/01",
          "format/1.bak",
          "index/" + "A".repeat(64),
          "index/notes.txt",
          "index/old/" + "a".repeat(64),
          "keys/notes.txt",
          "packs/" + "a".repeat(64),
          "packs/ab/" + "a".repeat(64),
          "packs/junk",
          "runs/x",
          "sessions/" + "a".repeat(32) + "/00",
          "sessions/" + "a".repeat(32) + "/notes.txt",
          "sessions/x");

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;

  @BeforeEach
  void makeBackups() {
    samples = SampleBackups.created(directory, store);
    samples.backup(store, 0);
  }

  private void plant(String name) {
    store.put(
        ObjectName.of(name), ByteBuffer.wrap(("hello " + name).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theyDisturbNothingAndAreCountedApart() {
    Map<String, String> before = samples.contents(store);
    for (String name : STRANGE) {
      plant(name);
      assertThat(samples.contents(store)).as(name).isEqualTo(before);
    }
    samples.backup(store, 1);
    try (Repository repository = samples.open(store)) {
      assertThat(repository.backups().list()).hasSize(2);
      assertThat(repository.backups().runs()).hasSize(2);
      VerificationReport report =
          repository.verification().run(VerificationLevel.CONTENT, bytes -> {});
      assertThat(report.problems()).isEmpty();
      assertThat(report.unusedPacks()).isZero();
      assertThat(report.strangerCount()).isEqualTo(STRANGE.size());
      assertThat(report.strangers()).isNotEmpty().allMatch(STRANGE::contains);
      assertThat(repository.warnings()).isEmpty();
    }
    for (String name : STRANGE) {
      assertThat(store.stat(ObjectName.of(name))).as(name).isPresent();
    }
  }

  @Test
  void whatIsReservedIsNotStrange() {
    plant("wal/source/1/segment");
    plant("holds/x");
    try (Repository repository = samples.open(store)) {
      assertThat(
              repository.verification().run(VerificationLevel.OBJECTS, bytes -> {}).strangerCount())
          .isZero();
    }
  }

  @Test
  void anEpochThatNothingNeedsKeepsNobodyFromRecovery() {
    Map<String, String> before = samples.contents(store);
    String planted = "epochs/" + "0".repeat(32);
    plant(planted);
    assertThat(samples.contents(store)).isEqualTo(before);
    try (Repository repository = samples.open(store)) {
      assertThat(repository.warnings()).singleElement().asString().contains(planted);
    }
  }

  /** It could be of the epoch that was begun to keep somebody out. */
  @Test
  void anEpochThatDoesNotOpenKeepsBackupsFromBeingMade() {
    String planted = "epochs/" + "0".repeat(32);
    plant(planted);
    assertThatExceptionOfType(RepositoryException.class)
        .isThrownBy(() -> samples.backup(store, 1))
        .withMessageContaining(planted)
        .satisfies(
            e -> {
              assertThat(e.category()).isEqualTo(FailureCategory.CORRUPT);
              assertThat(e.hint()).contains("out of the repository");
            });
    store.delete(ObjectName.of(planted));
    samples.backup(store, 1);
    assertThat(samples.contents(store)).hasSize(2 * SampleBackups.ENTRIES);
  }
}
