package io.holdfast.repository;

import static java.util.Objects.requireNonNull;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes small backups that have everything in them, and says what a repository holds. */
final class SampleBackups {
  /** Entries of one backup. */
  static final int ENTRIES = 6;

  private static final int PAGE = 8192;

  private final Path directory;
  private final Opener opener;
  private final AtomicInteger caches = new AtomicInteger();

  SampleBackups(Path directory) {
    this(
        directory,
        (store, cache, clock, lease) ->
            TestRepository.open(store, cache, Compression.DEFAULT, clock, lease));
  }

  private SampleBackups(Path directory, Opener opener) {
    this.directory = directory;
    this.opener = opener;
  }

  /** As above, in a repository with key objects, which is made in this store. */
  static SampleBackups created(Path directory, ObjectStore store) {
    CreatedRepository.create(store, directory.resolve("first cache"));
    return new SampleBackups(directory, CreatedRepository::open);
  }

  private interface Opener {
    Repository open(ObjectStore store, Path cache, Clock clock, Duration lease);
  }

  /** A repository with an empty cache: as another machine would open it. */
  Repository open(ObjectStore store) {
    return open(store, Clock.systemUTC(), Duration.ofMinutes(15));
  }

  Repository open(ObjectStore store, Clock clock, Duration lease) {
    Path cache = directory.resolve("cache" + caches.getAndIncrement());
    return opener.open(store, cache, clock, lease);
  }

  /** A repository with a cache that may have been used before. */
  Repository open(ObjectStore store, Path cache) {
    return opener.open(store, cache, Clock.systemUTC(), Duration.ofMinutes(15));
  }

  /** Makes backup number {@code round}, whose content follows from that number. */
  BackupRecord backup(ObjectStore store, int round) {
    try (Repository repository = open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      return write(repository, session, round);
    }
  }

  BackupRecord write(Repository repository, BackupSession session, int round) {
    try {
      Content previous = previousPages(repository);
      ManifestWriter manifest = session.manifest();
      for (int file = 0; file < 5; file++) {
        byte[] bytes = bytes(file == round % 5 ? round : file, 3000 + file * 100_000);
        manifest.add(
            WriteAndReadTest.file(
                "file" + file, session.write(new ByteArrayInputStream(bytes)::read)));
      }
      try (PageWriter pages = session.pages(PAGE, previous)) {
        byte[] bytes = bytes(1, 40 * PAGE);
        bytes[round * 3 * PAGE] ^= 1;
        Arrays.fill(bytes, 7 * PAGE, 9 * PAGE, (byte) 0);
        TestRepository.append(pages, bytes, 0, bytes.length);
        manifest.add(WriteAndReadTest.file("pages", pages.finish()));
      }
      return session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As readers of sources do: what cannot be read is not compared with. */
  private static @Nullable Content previousPages(Repository repository) {
    try {
      return repository
          .backups()
          .latest(record -> true)
          .map(record -> repository.manifest(record.sources().getFirst()))
          .flatMap(manifest -> manifest.find(BytePath.of("pages")))
          .map(Entry::content)
          .orElse(null);
    } catch (UnusableObjectException e) {
      return null;
    }
  }

  private static byte[] bytes(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    Arrays.fill(bytes, 0, size / 2, (byte) seed);
    return bytes;
  }

  /** Every file of every backup with a hash of what is read back. */
  Map<String, String> contents(ObjectStore store) {
    Map<String, String> contents = new TreeMap<>();
    try (Repository repository = open(store)) {
      for (BackupRecord record : repository.backups().list()) {
        Manifest.Cursor cursor = repository.manifest(record.sources().getFirst()).cursor();
        while (cursor.hasNext()) {
          Entry entry = cursor.next();
          byte[] bytes = repository.contents().readSmall(requireNonNull(entry.content()), 1 << 24);
          contents.put(record.id() + " " + entry.path(), Sha256.hex(bytes));
        }
      }
    }
    return contents;
  }
}
