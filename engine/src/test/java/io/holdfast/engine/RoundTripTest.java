package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.RepositoryException;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.VerificationLevel;
import io.holdfast.repository.VerificationReport;
import io.holdfast.repository.WrongKeyException;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest {
  @TempDir Path temporary;
  private EngineFixture fixture;

  @BeforeEach
  void makeRepository() throws Exception {
    fixture = new EngineFixture(temporary);
    fixture.init();
  }

  @Test
  void theFirstBackupIsFullAndTheNextIncremental() {
    assertThat(fixture.backUp().type()).isEqualTo(BackupType.FULL);
    BackupMetadata second = fixture.backUp();
    assertThat(second.type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(second.storedBytes()).isZero();
    assertThat(second.size()).isEqualTo(300_000 + 5 + 10);
  }

  @Test
  void theNewestStateComesBackEachSourceInADirectoryOfItsName() throws Exception {
    fixture.backUp();
    Files.writeString(temporary.resolve("uploads/a.txt"), "second");
    Files.writeString(temporary.resolve("uploads/skipped.tmp"), "not wanted");
    fixture.backUp();
    RunRestore.Result result = restore(List.of(), Set.of(), List.of());
    assertThat(result.warningCount()).isZero();
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("second");
    assertThat(fixture.read("out/settings/app.properties")).isEqualTo("key=value\n");
    assertThat(temporary.resolve("out/uploads/sub/large")).hasSize(300_000);
    assertThat(temporary.resolve("out/uploads/skipped.tmp")).doesNotExist();
  }

  @Test
  void anOlderBackupIsFoundByTheBeginningOfItsId() throws Exception {
    String first = fixture.backUp().id();
    Files.writeString(temporary.resolve("uploads/a.txt"), "second");
    fixture.backUp();
    String prefix = first.substring(first.length() - 16, first.length() - 8);
    new RunRestore(fixture.surroundings)
        .run(request(prefix, List.of("uploads"), Set.of(), List.of()), ProgressListener.NONE);
    assertThat(fixture.read("out/a.txt")).isEqualTo("first");
  }

  @Test
  void oneTypeOrOnePathCanBeRestored() throws Exception {
    fixture.backUp();
    restore(List.of(), Set.of(SourceType.CONFIG), List.of());
    assertThat(temporary.resolve("out/uploads")).doesNotExist();
    Files.delete(temporary.resolve("out/settings/app.properties"));
    Files.delete(temporary.resolve("out/settings"));
    restore(List.of("uploads"), Set.of(), List.of(BytePath.of("sub")));
    assertThat(temporary.resolve("out/sub/large")).hasSize(300_000);
    assertThat(temporary.resolve("out/a.txt")).doesNotExist();
  }

  @Test
  void aTargetThatIsNotEmptyIsLeftAlone() throws Exception {
    fixture.backUp();
    Files.createDirectories(temporary.resolve("out/settings"));
    Files.writeString(temporary.resolve("out/settings/mine"), "mine");
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
    assertThat(temporary.resolve("out/uploads")).doesNotExist();
    assertThat(fixture.read("out/settings/mine")).isEqualTo("mine");
  }

  @Test
  void nothingIsMadeWhenOneOfTheSourcesCannotBeRestored() throws Exception {
    fixture.backUp();
    Path settings = temporary.resolve("out/settings");
    Files.createDirectories(settings.getParent());
    Files.createFile(settings);
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
    Files.delete(settings);
    Path work = Files.createDirectories(settings.resolve(".holdfast-restore"));
    Files.createFile(work.resolve("manifest-of-another"));
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
    try (Stream<Path> files = Files.list(temporary.resolve("out"))) {
      assertThat(files).containsExactly(settings);
    }
  }

  @Test
  void theDirectoryAboveTheTargetHasToBeThere() throws Exception {
    fixture.backUp();
    Files.createFile(temporary.resolve("file"));
    for (List<String> sources : List.of(List.<String>of(), List.of("uploads"))) {
      assertFails(
          FailureCategory.NOT_FOUND, () -> restoreTo(temporary.resolve("no/where"), sources));
      assertFails(
          FailureCategory.CONFLICT, () -> restoreTo(temporary.resolve("file/out"), sources));
    }
    assertThat(temporary.resolve("no")).doesNotExist();
  }

  private void restoreTo(Path target, List<String> sources) {
    new RunRestore(fixture.surroundings)
        .run(
            new RunRestore.Request(
                fixture.repository(),
                "latest",
                "",
                BytePath.of(target.toString()),
                sources,
                Set.of(),
                List.of(),
                false,
                false,
                List.of(),
                Optional.empty()),
            ProgressListener.NONE);
  }

  @Test
  void aRestoreThatWasBrokenOffIsRepeatedWithoutBeingAllowedToOverwrite() throws Exception {
    fixture.backUp();
    breakOff("settings");
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("first");
    Files.writeString(temporary.resolve("out/uploads/a.txt"), "changed meanwhile");
    restore(List.of(), Set.of(), List.of());
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("first");
    assertThat(fixture.read("out/settings/app.properties")).isEqualTo("key=value\n");
    try (var left = Files.list(temporary.resolve("out"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("uploads", "settings");
    }
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
  }

  @Test
  void anotherBackupIsNotMixedIntoARestoreThatWasBrokenOff() throws Exception {
    fixture.backUp();
    breakOff("settings");
    Files.writeString(fixture.root.resolve("uploads/a.txt"), "second");
    fixture.backUp();
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("first");
  }

  @Test
  void whatTheBrokenOffRestoreDidNotBeginIsStillLeftAlone() throws Exception {
    fixture.backUp();
    breakOff("uploads");
    Files.createDirectories(temporary.resolve("out/settings"));
    Files.writeString(temporary.resolve("out/settings/mine"), "mine");
    assertFails(FailureCategory.CONFLICT, () -> restore(List.of(), Set.of(), List.of()));
    assertThat(fixture.read("out/settings/mine")).isEqualTo("mine");
  }

  private void breakOff(String source) {
    RunRestore.Request request = request("latest", List.of(), Set.of(), List.of());
    assertThatThrownBy(
            () ->
                new RunRestore(fixture.surroundings)
                    .run(
                        request,
                        new ProgressListener() {
                          @Override
                          public void started(String name, long bytes) {
                            if (name.equals(source)) {
                              throw new IllegalStateException("broken off");
                            }
                          }

                          @Override
                          public void advanced(String step, long bytes) {}

                          @Override
                          public void finished(String step) {}
                        }))
        .hasMessage("broken off");
  }

  @Test
  void pathsWithoutASourceAreRefused() {
    fixture.backUp();
    assertFails(
        FailureCategory.USAGE, () -> restore(List.of(), Set.of(), List.of(BytePath.of("a.txt"))));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertFails(FailureCategory.NOT_FOUND, () -> restore(List.of(), Set.of(), List.of()));
    fixture.backUp();
    assertThatThrownBy(() -> restore(List.of("upload"), Set.of(), List.of()))
        .hasMessageEndingWith("has no source 'upload' (did you mean 'uploads'?)");
    assertFails(
        FailureCategory.NOT_FOUND,
        () -> restore(List.of(), Set.of(SourceType.DATABASE), List.of()));
    assertThatThrownBy(() -> show("nowhere")).isInstanceOf(PathNotFoundException.class);
  }

  @Test
  void aWrongPassphraseOpensNothing() {
    fixture.forgetPassphrase();
    assertThatThrownBy(fixture::backUp).isInstanceOf(WrongKeyException.class);
  }

  @Test
  void aRepositoryIsNotMadeTwice() {
    assertThatThrownBy(fixture::init).isInstanceOf(RepositoryException.class);
    assertThat(fixture.backUp().status()).isEqualTo(BackupStatus.COMPLETED);
  }

  @Test
  void anInitThatWasBrokenOffCanBeRepeated() throws Exception {
    Path other = Files.createDirectories(temporary.resolve("other"));
    EngineFixture unfinished = new EngineFixture(other);
    Files.createDirectories(other.resolve("repository/.tmp"));
    Files.createDirectories(other.resolve("repository/keys"));
    unfinished.init();
    assertThat(unfinished.backUp().status()).isEqualTo(BackupStatus.COMPLETED);
  }

  @Test
  void aDirectoryThatHoldsSomethingElseIsNotMadeARepository() throws Exception {
    Path other = Files.createDirectories(temporary.resolve("other"));
    EngineFixture occupied = new EngineFixture(other);
    Files.createDirectories(other.resolve("repository"));
    Files.writeString(other.resolve("repository/mine"), "mine");
    assertFails(FailureCategory.CONFLICT, occupied::init);
  }

  @Test
  void aFailedAttemptIsRecordedAndEarlierBackupsStay() throws Exception {
    String first = fixture.backUp().id();
    Files.delete(temporary.resolve("config/app.properties"));
    Files.delete(temporary.resolve("config"));
    assertThatThrownBy(fixture::backUp).isInstanceOf(HoldfastException.class);
    assertThat(listed(false)).extracting(BackupMetadata::id).containsExactly(first);
    BackupMetadata failed = listed(true).getLast();
    assertThat(failed.status()).isEqualTo(BackupStatus.FAILED);
    assertThat(failed.error()).hasValueSatisfying(error -> assertThat(error).contains("config"));
    restore(List.of(), Set.of(), List.of());
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("first");
  }

  @Test
  void aBackupThatIsBeingMadeIsListedAsRunning() {
    fixture.backUp();
    List<BackupMetadata> seen = new CopyOnWriteArrayList<>();
    BackupMetadata second =
        new RunBackup(fixture.surroundings)
            .run(
                new RunBackup.Request(fixture.configuration(), "", Optional.empty()),
                new ProgressListener() {
                  @Override
                  public void started(String step, long bytes) {
                    if (step.equals("uploads")) {
                      seen.addAll(listed(false));
                    }
                  }

                  @Override
                  public void advanced(String step, long bytes) {}

                  @Override
                  public void finished(String step) {}
                });
    assertThat(seen)
        .extracting(BackupMetadata::status)
        .containsExactly(BackupStatus.COMPLETED, BackupStatus.RUNNING);
    BackupMetadata running = seen.getLast();
    assertThat(running.id()).isEqualTo(second.id());
    assertThat(running.timestamp()).isEqualTo(second.timestamp().truncatedTo(ChronoUnit.SECONDS));
    assertThat(running.type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(running.policy()).isEqualTo("all");
    assertThat(running.client()).isEqualTo("testhost");
    assertThat(listed(true))
        .extracting(BackupMetadata::status)
        .containsExactly(BackupStatus.COMPLETED, BackupStatus.COMPLETED);
  }

  private List<BackupMetadata> listed(boolean failed) {
    return new ListBackups(fixture.surroundings).run(fixture.repository(), failed, false).backups();
  }

  @Test
  void everyAccessToContentIsTold() {
    fixture.backUp();
    assertThat(fixture.accesses).isEmpty();
    fixture.backUp();
    restore(List.of("uploads"), Set.of(), List.of(BytePath.of("a.txt")));
    show("");
    assertThat(fixture.accesses)
        .extracting(ContentAccess::purpose)
        .containsExactly(
            ContentAccess.Purpose.COMPARE,
            ContentAccess.Purpose.RESTORE,
            ContentAccess.Purpose.LIST);
    assertThat(fixture.accesses.get(1).sources()).containsExactly("uploads");
    assertThat(fixture.accesses.get(1).paths()).containsExactly("a.txt");
    assertThat(fixture.accesses.get(1).who()).endsWith("@testhost");
  }

  @Test
  void filesAreListedWithTheirMetadata() {
    fixture.backUp();
    assertThat(show("sub"))
        .extracting(file -> file.source() + " " + file.path() + " " + file.size())
        .containsExactly("uploads sub 0", "uploads sub/large 300000");
    assertThat(show("")).hasSize(6);
  }

  @Test
  void onlyWhatIsStoredCompressedIsListedAsCompressed() throws Exception {
    byte[] noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    Files.write(fixture.root.resolve("uploads/sub/noise"), noise);
    Files.createFile(fixture.root.resolve("uploads/sub/nothing"));
    fixture.backUp();
    assertThat(show("sub"))
        .extracting(file -> file.path() + " " + file.compressed())
        .containsExactly("sub false", "sub/large true", "sub/noise false", "sub/nothing false");
  }

  @Test
  void aSoundRepositoryIsFoundSound() {
    fixture.backUp();
    for (VerificationLevel level : VerificationLevel.values()) {
      VerificationReport report =
          new RunVerification(fixture.surroundings)
              .run(fixture.repository(), level, ProgressListener.NONE);
      assertThat(report.isSound()).isTrue();
      assertThat(report.backups()).isEqualTo(1);
    }
  }

  @Test
  void whatLostPacksHeldIsStoredAgainAndEarlierBackupsComeBack() throws Exception {
    String first = fixture.backUp().id();
    try (Stream<Path> files = Files.walk(temporary.resolve("repository/packs"))) {
      for (Path pack : files.filter(Files::isRegularFile).toList()) {
        Files.delete(pack);
      }
    }
    BackupMetadata next = fixture.backUp();
    assertThat(next.warnings()).hasSize(2).allMatch(warning -> warning.contains("packs/"));
    assertThat(next.warningCount()).isGreaterThanOrEqualTo(2);
    RunRestore.Result result =
        new RunRestore(fixture.surroundings)
            .run(request(first, List.of(), Set.of(), List.of()), ProgressListener.NONE);
    assertThat(result.warnings()).hasSizeLessThanOrEqualTo(2);
    assertThat(fixture.read("out/uploads/a.txt")).isEqualTo("first");
    assertThat(temporary.resolve("out/uploads/sub/large")).hasSize(300_000);
  }

  @Test
  void theCheckFindsWhatIsMissing() throws Exception {
    assertThat(new CheckSources(fixture.surroundings).run(fixture.configuration()))
        .allMatch(finding -> finding.severity() == CheckSources.Severity.FINE);
    Files.delete(temporary.resolve("config/app.properties"));
    Files.delete(temporary.resolve("config"));
    assertThat(new CheckSources(fixture.surroundings).run(fixture.configuration()))
        .filteredOn(finding -> finding.severity() == CheckSources.Severity.PROBLEM)
        .singleElement()
        .satisfies(finding -> assertThat(finding.subject()).isEqualTo("source settings"));
  }

  private List<BackupFile> show(String path) {
    List<BackupFile> files = new ArrayList<>();
    new ShowBackup(fixture.surroundings)
        .run(
            new ShowBackup.Request(
                fixture.repository(), "latest", "", List.of(), BytePath.of(path)),
            new ShowBackup.Viewer() {
              @Override
              public void backup(BackupMetadata metadata) {
                assertThat(metadata.version()).isEqualTo("1.2.3");
              }

              @Override
              public void file(BackupFile file) {
                files.add(file);
              }
            });
    return files;
  }

  private RunRestore.Result restore(
      List<String> sources, Set<SourceType> only, List<BytePath> paths) {
    return new RunRestore(fixture.surroundings)
        .run(request("latest", sources, only, paths), ProgressListener.NONE);
  }

  private RunRestore.Request request(
      String backup, List<String> sources, Set<SourceType> only, List<BytePath> paths) {
    return new RunRestore.Request(
        fixture.repository(),
        backup,
        "",
        BytePath.of(temporary.resolve("out").toString()),
        sources,
        only,
        paths,
        false,
        false,
        List.of(),
        Optional.empty());
  }

  private static void assertFails(FailureCategory category, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.category()).isEqualTo(category));
  }
}
