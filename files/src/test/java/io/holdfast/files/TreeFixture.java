package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestRef;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.TestRepository;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A source directory, a target directory, and a repository in memory between them. */
final class TreeFixture implements AutoCloseable {
  /** Far from any time stamp of a test. */
  static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  final Path directory;
  final Path source;
  final Path target;
  final Path spool;
  final MemoryStore store;
  final Repository repository;

  TreeFixture(Path directory) throws IOException {
    this(directory, new MemoryStore());
  }

  TreeFixture(Path directory, MemoryStore store) throws IOException {
    this(directory, store, store);
  }

  /**
   * @param seen what the repository sees of the store
   */
  TreeFixture(Path directory, MemoryStore store, ObjectStore seen) throws IOException {
    this.store = store;
    this.directory = directory;
    source = Files.createDirectories(directory.resolve("source"));
    target = directory.resolve("target");
    spool = Files.createDirectories(directory.resolve("spool"));
    repository = TestRepository.open(seen, directory.resolve("cache"));
  }

  static BytePath bytes(Path path) {
    return BytePath.of(path.toString());
  }

  TreeBackupOptions options() {
    return TreeBackupOptions.defaults().withSpool(spool);
  }

  /** A backup and what reading it back needs. */
  record Backup(TreeBackupResult result, Manifest manifest) {
    List<BytePath> paths() {
      List<BytePath> paths = new ArrayList<>();
      manifest.cursor().forEachRemaining(entry -> paths.add(entry.path()));
      return paths;
    }
  }

  /** Something that writes a manifest into a session. */
  @FunctionalInterface
  interface Write<T> {
    T into(BackupSession session) throws IOException;
  }

  Backup backup() throws IOException {
    return backup(options(), null);
  }

  Backup backup(TreeBackupOptions options, @Nullable PreviousTree previous) throws IOException {
    return backup(options, previous, TreeProgress.NONE);
  }

  Backup backup(TreeBackupOptions options, @Nullable PreviousTree previous, TreeProgress progress)
      throws IOException {
    TreeBackupResult[] result = new TreeBackupResult[1];
    Manifest manifest =
        commit(
            session -> {
              TreeBackupResult made =
                  new TreeBackup(session, options, progress).run(bytes(source), previous);
              result[0] = made;
              return made.manifest();
            });
    return new Backup(result[0], manifest);
  }

  Manifest commit(Write<ManifestRef> write) throws IOException {
    BackupPlan plan = new BackupPlan(BackupType.FULL, "test", null, List.of());
    try (BackupSession session = repository.startBackup(plan)) {
      SourceRecord record =
          new SourceRecord(
              "files",
              SourceType.FILES,
              write.into(session),
              Instant.EPOCH,
              Instant.EPOCH,
              Map.of(),
              List.of(),
              0,
              Map.of());
      session.commit(List.of(record), null);
      return repository.manifest(record);
    }
  }

  TreeRestoreResult restore(Manifest manifest) {
    return restore(manifest, TreeRestoreOptions.defaults());
  }

  TreeRestoreResult restore(Manifest manifest, TreeRestoreOptions options) {
    return restore(manifest, options, RestoreFaults.NONE);
  }

  TreeRestoreResult restore(
      Manifest manifest,
      TreeRestoreOptions options,
      UnaryOperator<ContentReader.Sink> sinkWrapper) {
    return restore(
        manifest,
        options,
        new RestoreFaults() {
          @Override
          public ContentReader.Sink wrap(ContentReader.Sink sink) {
            return sinkWrapper.apply(sink);
          }
        });
  }

  TreeRestoreResult restore(Manifest manifest, TreeRestoreOptions options, RestoreFaults faults) {
    return new TreeRestore(manifest, repository.contents(), options, TreeProgress.NONE, faults)
        .run(bytes(target));
  }

  /** Looks whether a restore into the target would be refused. */
  void check(Manifest manifest, TreeRestoreOptions options) {
    new TreeRestore(manifest, repository.contents(), options, TreeProgress.NONE)
        .check(bytes(target));
  }

  TreeComparisonResult compare() {
    return TreeComparison.ofEverything()
        .withSpool(spool, 10_000)
        .compare(bytes(source), bytes(target));
  }

  DirectoryHandle openSource() throws IOException {
    return DirectoryHandle.open(bytes(source));
  }

  Path file(String name, byte[] content) throws IOException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  static void write(DirectoryHandle directory, BytePath name, byte[] content) throws IOException {
    try (FileHandle file = directory.createFile(name, 0644)) {
      file.write(0, content, 0, content.length);
    }
  }

  @Override
  public void close() {
    repository.close();
  }
}
