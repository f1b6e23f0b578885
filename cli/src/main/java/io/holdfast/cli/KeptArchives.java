package io.holdfast.cli;

import io.holdfast.engine.ArchiveWal;
import io.holdfast.engine.Configuration;
import io.holdfast.engine.RepositorySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Archives that stay open between commands, for as long as their configuration and their repository
 * are the same and somebody uses them. Thread-safe.
 */
final class KeptArchives implements Archives, AutoCloseable {
  private static final int MOST = 4;

  private final Context context;
  private final Map<Key, Kept> kept = new HashMap<>();

  KeptArchives(Context context) {
    this.context = context;
  }

  @Override
  public <T> T use(ArchivePlace place, Function<ArchiveWal, T> work) {
    Configuration configuration = context.configuration(place.configuration());
    RepositorySettings repository = configuration.repository(place.repository());
    Key key =
        new Key(
            place,
            FileState.of(place.configuration()),
            repository,
            FileState.of(repository.path().resolve("format/1")));
    Kept archive = take(key);
    boolean worked = false;
    try {
      T result = work.apply(archive.opened(context, configuration, place));
      worked = true;
      return result;
    } finally {
      giveBack(key, archive, worked);
    }
  }

  private synchronized Kept take(Key key) {
    Kept archive = kept.computeIfAbsent(key, _ -> new Kept());
    archive.users++;
    return archive;
  }

  /** One that failed is opened anew the next time. */
  private void giveBack(Key key, Kept archive, boolean worked) {
    List<Kept> closing = new ArrayList<>();
    synchronized (this) {
      archive.users--;
      archive.lastUsed = System.nanoTime();
      if (!worked) {
        kept.remove(key, archive);
        archive.given = true;
      }
      if (archive.given && archive.isIdle()) {
        closing.add(archive);
      }
      if (kept.size() > MOST) {
        kept.values().stream()
            .filter(Kept::isIdle)
            .min(Comparator.comparingLong(one -> one.lastUsed - archive.lastUsed))
            .ifPresent(eldest -> closing.addAll(remove(one -> one == eldest)));
      }
    }
    closing.forEach(Kept::closeAside);
  }

  /**
   * Closes what was not used for some time: its memory is free, and it is opened anew with what the
   * repository says then.
   */
  void closeUnusedSince(long nanoTime) {
    List<Kept> closing;
    synchronized (this) {
      closing = remove(archive -> archive.isIdle() && archive.lastUsed - nanoTime < 0);
    }
    closing.forEach(Kept::closeAside);
  }

  private List<Kept> remove(Predicate<Kept> which) {
    List<Kept> removed = new ArrayList<>(kept.values());
    removed.removeIf(which.negate());
    kept.values().removeAll(removed);
    return removed;
  }

  /** Nobody uses any of them now. */
  @Override
  public synchronized void close() {
    remove(_ -> true).forEach(Kept::close);
  }

  private record Key(
      ArchivePlace place,
      FileState configuration,
      RepositorySettings repository,
      FileState format) {}

  /** What tells that a file is another one than before; nothing of one that is not there. */
  private record FileState(long size, long modified, String identity) {
    static FileState of(Path path) {
      try {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileState(
            file.size(), file.lastModifiedTime().toMillis(), String.valueOf(file.fileKey()));
      } catch (IOException _) {
        return new FileState(0, 0, ""); // opening the archive tells what is wrong with it
      }
    }
  }

  /** The counts belong to the map's lock, the archive to its own: opening may take long. */
  private static final class Kept {
    private int users;
    private boolean given;
    private long lastUsed = System.nanoTime();
    private @Nullable ArchiveWal archive;

    boolean isIdle() {
      return users == 0;
    }

    synchronized ArchiveWal opened(
        Context context, Configuration configuration, ArchivePlace place) {
      ArchiveWal present = archive;
      if (present == null) {
        present =
            ArchiveWal.openToStay(
                context.surroundings(), configuration, place.source(), place.repository());
        archive = present;
      }
      return present;
    }

    synchronized void close() {
      if (archive != null) {
        archive.close();
        archive = null;
      }
    }

    /** Not waited for: what it reads may hang. */
    void closeAside() {
      Thread.ofVirtual().name("close-archive").start(this::close);
    }
  }
}
