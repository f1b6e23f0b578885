package io.holdfast.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.SteppedLocalStore.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LocalDirectoryStoreTest {
  private static final ObjectName NAME = ObjectName.of("packs/ab/object");

  @TempDir private Path directory;
  private Path root = Path.of("set before each test");

  @BeforeEach
  void create() {
    root = directory.resolve("store");
    LocalDirectoryStore.create(root).close();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve(".tmp"))) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFailureAtAnyStepLeavesTheObjectWholeOrAbsentAndNoFile(Step failing) throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    ObjectStore store =
        SteppedLocalStore.open(
            root,
            (step, file) -> {
              if (step == failing && failed.compareAndSet(false, true)) {
                throw new IOException("injected");
              }
            });
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> store.put(NAME, bytes("content")))
        .withMessageContaining("injected");
    assertThat(store.stat(NAME).isPresent()).isEqualTo(failing == Step.LINKED);
    assertThat(temporary()).isEmpty();
    store.put(NAME, bytes("content"));
    assertThat(store.get(NAME)).isEqualTo("content".getBytes(UTF_8));
  }

  @Test
  void whoComesSecondBetweenForceAndLinkDoesNotOverwrite() throws IOException {
    ObjectStore other = LocalDirectoryStore.open(root);
    ObjectStore store =
        SteppedLocalStore.open(
            root,
            (step, file) -> {
              if (step == Step.FORCED) {
                other.put(NAME, bytes("other"));
              }
            });
    assertThat(store.put(NAME, bytes("mine"))).isEqualTo(PutOutcome.EXISTS);
    assertThat(store.get(NAME)).isEqualTo("other".getBytes(UTF_8));
    assertThat(temporary()).isEmpty();
  }

  @Test
  void onlyTheOwnerCanReadAnything() throws IOException {
    ObjectStore store = LocalDirectoryStore.open(root);
    store.put(NAME, bytes("content"));
    for (Path path : List.of(root, root.resolve("packs"), root.resolve("packs/ab"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
    }
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve(NAME.value()))))
        .isEqualTo("rw-------");
  }

  @Test
  void aStoreIsMadeOnlyInAnEmptyDirectory() {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> LocalDirectoryStore.create(root))
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.CONFLICT));
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> LocalDirectoryStore.create(directory.resolve("no/parent")));
  }

  @Test
  void aMissingOrEmptyDirectoryIsNotOpenedAndNotMade() throws IOException {
    Path missing = directory.resolve("missing");
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> LocalDirectoryStore.open(missing));
    assertThat(missing).doesNotExist();
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> LocalDirectoryStore.open(empty));
  }

  @Test
  void aDirectoryThatVanishedIsNeverMadeAgain() throws IOException {
    ObjectStore store = LocalDirectoryStore.open(root);
    store.put(NAME, bytes("content"));
    Files.move(root, directory.resolve("unmounted"));
    refusesEverything(store);
    assertThat(root).doesNotExist();
    Files.createDirectory(root);
    refusesEverything(store);
    assertThat(root).isEmptyDirectory();
  }

  private static void refusesEverything(ObjectStore store) {
    for (Runnable call :
        List.<Runnable>of(
            () -> store.put(NAME, bytes("content")),
            () -> store.get(NAME),
            () -> store.get(NAME, 0, 1),
            () -> store.stat(NAME),
            () -> store.list("").close(),
            () -> store.delete(NAME),
            store::now)) {
      assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(call::run);
    }
  }

  @Test
  void leftoversOfDeadProcessesGoWhenTheyAreOld() throws IOException {
    Path old = leave("1-1-old", Duration.ofHours(25));
    Path young = leave("1-1-young", Duration.ofHours(1));
    LocalDirectoryStore.open(root).close();
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  private Path leave(String name, Duration age) throws IOException {
    Path file = Files.writeString(root.resolve(".tmp").resolve(name), "part of an object");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    return file;
  }

  @Test
  void aFileInUseIsNotALeftoverHoweverOldItLooks() {
    ObjectStore store =
        SteppedLocalStore.open(
            root,
            (step, file) -> {
              if (step == Step.FORCED) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
                LocalDirectoryStore.open(root).close();
              }
            });
    assertThat(store.put(NAME, bytes("content"))).isEqualTo(PutOutcome.CREATED);
  }

  @Test
  void linksInTheStoreLeadNowhere() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside/ab"));
    Path victim = Files.writeString(outside.resolve("object"), "precious");
    Files.createSymbolicLink(root.resolve("packs"), directory.resolve("outside"));
    ObjectStore store = LocalDirectoryStore.open(root);

    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.delete(NAME));
    assertThat(victim).hasContent("precious");
    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.get(NAME));
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> store.put(ObjectName.of("packs/ab/new"), bytes("x")));
    assertThat(outside.resolve("new")).doesNotExist();
    try (Stream<ObjectStat> list = store.list("packs/")) {
      assertThat(list).isEmpty();
    }
  }

  @Test
  void aLinkInPlaceOfAnObjectIsNeitherReadNorKept() throws IOException {
    Path victim = Files.writeString(directory.resolve("victim"), "precious");
    Files.createDirectories(root.resolve("packs/ab"));
    Path link = Files.createSymbolicLink(root.resolve(NAME.value()), victim);
    ObjectStore store = LocalDirectoryStore.open(root);
    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.get(NAME));
    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.put(NAME, bytes("x")));
    assertThat(store.stat(NAME)).isEmpty();
    store.delete(NAME);
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(victim).hasContent("precious");
  }

  @Test
  void filesThatCannotBeObjectsAreNotListed() throws IOException {
    ObjectStore store = LocalDirectoryStore.open(root);
    store.put(NAME, bytes("content"));
    Files.createDirectory(root.resolve("lost+found"));
    Files.writeString(root.resolve("packs/.hidden"), "x");
    Files.writeString(root.resolve("packs/with space"), "x");
    try (Stream<ObjectStat> list = store.list("")) {
      assertThat(list.map(ObjectStat::name)).containsExactly(NAME);
    }
  }

  @Test
  void anInterruptEndsAPutAndIsKept() {
    ObjectStore store = LocalDirectoryStore.open(root);
    Thread.currentThread().interrupt();
    try {
      assertThatExceptionOfType(StorageInterruptedException.class)
          .isThrownBy(() -> store.put(NAME, bytes("content")));
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(store.put(NAME, bytes("content"))).isEqualTo(PutOutcome.CREATED);
  }

  @Test
  void aFileThatIsTooLargeIsNotRead() throws IOException {
    ObjectStore store = LocalDirectoryStore.open(root);
    store.put(NAME, bytes("content"));
    try (var channel = FileChannel.open(root.resolve(NAME.value()), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), 1L << 40);
    }
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> store.get(NAME))
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.CORRUPT));
  }

  @Test
  void theLastObjectTakesItsDirectoriesWithItButForTheTopOnes() throws IOException {
    ObjectStore store = LocalDirectoryStore.open(root);
    store.put(ObjectName.of("wal/source/1/a"), bytes("a"));
    store.put(ObjectName.of("wal/source/1/b"), bytes("b"));
    store.put(ObjectName.of("wal/source/c"), bytes("c"));
    store.delete(ObjectName.of("wal/source/1/a"));
    assertThat(root.resolve("wal/source/1")).isDirectory();
    store.delete(ObjectName.of("wal/source/1/b"));
    assertThat(root.resolve("wal/source/1")).doesNotExist();
    assertThat(root.resolve("wal/source")).isDirectory();
    store.delete(ObjectName.of("wal/source/c"));
    assertThat(root.resolve("wal")).isEmptyDirectory();
    store.put(ObjectName.of("wal/source/1/a"), bytes("again"));
    assertThat(store.get(ObjectName.of("wal/source/1/a"))).isEqualTo("again".getBytes(UTF_8));
  }

  @Test
  void aPutSurvivesThatItsDirectoryVanishesBeforeTheLink() {
    ObjectStore other = LocalDirectoryStore.open(root);
    ObjectName last = ObjectName.of("sessions/id/0");
    other.put(last, bytes("last"));
    ObjectStore store =
        SteppedLocalStore.open(
            root,
            (step, file) -> {
              if (step == Step.FORCED) {
                other.delete(last);
                assertThat(root.resolve("sessions/id")).doesNotExist();
              }
            });
    ObjectName name = ObjectName.of("sessions/id/1");
    assertThat(store.put(name, bytes("content"))).isEqualTo(PutOutcome.CREATED);
    assertThat(other.get(name)).isEqualTo("content".getBytes(UTF_8));
  }

  @Test
  void aPutWhoseObjectIsDeletedAtOnceIsNoFailure() throws IOException {
    ObjectStore other = LocalDirectoryStore.open(root);
    ObjectStore store =
        SteppedLocalStore.open(
            root,
            (step, file) -> {
              if (step == Step.LINKED) {
                other.delete(NAME);
              }
            });
    assertThat(store.put(NAME, bytes("content"))).isEqualTo(PutOutcome.CREATED);
    assertThat(store.stat(NAME)).isEmpty();
    assertThat(root.resolve("packs")).isEmptyDirectory();
  }

  @Test
  void aListPassesOverADirectoryThatVanishesWhileItIsRead() {
    ObjectStore store = LocalDirectoryStore.open(root);
    for (int i = 0; i < 20; i++) {
      store.put(ObjectName.of("sessions/" + i + "/0"), bytes("x"));
    }
    try (Stream<ObjectStat> list = store.list("sessions/")) {
      assertThat(list.peek(object -> store.delete(object.name()))).hasSize(20);
    }
    assertThat(root.resolve("sessions")).isEmptyDirectory();
  }

  @Test
  void directoriesComeAndGoUnderManyWritersAndNothingIsLost() throws Exception {
    int threads = 8;
    int rounds = 150;
    List<ObjectStore> stores =
        Stream.<ObjectStore>generate(() -> LocalDirectoryStore.open(root)).limit(threads).toList();
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < threads; writer++) {
        ObjectStore store = stores.get(writer);
        String end = "-" + writer;
        writers.add(
            executor.submit(
                () -> {
                  start.await();
                  for (int round = 0; round < rounds; round++) {
                    ObjectName name = ObjectName.of("sessions/same/deeper/" + round + end);
                    assertThat(store.put(name, bytes(end))).isEqualTo(PutOutcome.CREATED);
                    assertThat(store.get(name)).isEqualTo(end.getBytes(UTF_8));
                    try (Stream<ObjectStat> list = store.list("sessions/")) {
                      assertThat(list.map(ObjectStat::name)).contains(name);
                    }
                    store.delete(name);
                    assertThat(store.stat(name)).isEmpty();
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(root.resolve("sessions")).isEmptyDirectory();
    assertThat(temporary()).isEmpty();
  }

  @Test
  void aDirectoryReachedThroughALinkIsAStore() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), root);
    LocalDirectoryStore.open(link).put(NAME, bytes("content"));
    assertThat(LocalDirectoryStore.open(root).get(NAME)).isEqualTo("content".getBytes(UTF_8));
  }
}
