package io.holdfast.repository;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The directory with the files of {@link IndexRun}, which any number of processes use at once
 * without waiting for each other. Thread-safe.
 *
 * <ul>
 *   <li>No name is used twice, so nobody replaces or removes what another has just written.
 *   <li>A file is written under a name that does not count, mapped, and only then renamed. Whoever
 *       removes it at any time takes it from those who come later, never from who wrote it.
 *   <li>A file that is being written is locked. What is unfinished and not locked was left by a
 *       process that died, and is removed. Where the file system has no locks, nobody can tell, and
 *       it stays.
 * </ul>
 */
final class RunFiles {
  private static final String FINISHED = ".run";
  private static final String UNFINISHED = ".tmp";

  /** How often to begin anew when others remove files just then. */
  private static final int ATTEMPTS = 10;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path directory;
  private final AtomicInteger serials = new AtomicInteger();
  private final String mark = markOf(ProcessHandle.current());

  RunFiles(Path directory) {
    this.directory = directory;
  }

  /** Process ids repeat, over time and between containers; with the start time they do not. */
  private static String markOf(ProcessHandle process) {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return process.pid() + "-" + start + "-";
  }

  Path directory() {
    return directory;
  }

  /** Writes what a run consists of. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a run that later loads find, and maps it. */
  IndexRun write(Content content) throws IOException {
    Path file = directory.resolve(UUID.randomUUID() + FINISHED);
    try (Unfinished unfinished = create()) {
      IndexRun run = map(unfinished, file, content);
      boolean named = false;
      try {
        unfinished.rename(file);
        named = true;
        return run;
      } finally {
        if (!named) {
          run.close();
        }
      }
    }
  }

  /** Writes a run that is gone when it is closed. */
  IndexRun writePassing(Content content) throws IOException {
    try (Unfinished unfinished = create()) {
      Files.deleteIfExists(unfinished.file);
      return map(unfinished, unfinished.file, content);
    }
  }

  private IndexRun map(Unfinished unfinished, Path name, Content content) throws IOException {
    // Closed with the channel.
    content.writeTo(Channels.newOutputStream(unfinished.channel));
    IndexRun run = IndexRun.map(unfinished.channel, name, serials.incrementAndGet());
    if (run == null) {
      throw new IOException(unfinished.file + " was written and cannot be read back");
    }
    return run;
  }

  /** A file that is being written, and its lock. */
  private record Unfinished(Path file, FileChannel channel) implements AutoCloseable {
    /** Without a name the run still serves this process. */
    void rename(Path to) throws IOException {
      try {
        Files.move(file, to, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException removedByOthers) {
        return;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(file);
    }
  }

  private Unfinished create() throws IOException {
    for (int attempt = 1; ; attempt++) {
      Path file = directory.resolve(mark + UUID.randomUUID() + UNFINISHED);
      FileChannel channel = null;
      boolean locked = false;
      try {
        Files.createDirectories(directory);
        channel = open(file);
        locked = lock(channel) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
        if (locked) {
          return new Unfinished(file, channel);
        }
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } finally {
        if (channel != null && !locked) {
          channel.close();
        }
      }
      // Somebody took it for a leftover before it was locked.
      if (attempt == ATTEMPTS) {
        throw new IOException("others remove each file that is made in it");
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  /** True also where the file system has no locks: then nobody can lock it to remove it. */
  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException noLocksHere) {
      return true;
    }
  }

  /** Removes what processes left unfinished that died. */
  void removeLeftovers() throws IOException {
    for (Path file : list(UNFINISHED)) {
      // Opening and closing one of this process would drop the lock that another thread has on it.
      if (!String.valueOf(file.getFileName()).startsWith(mark)) {
        removeIfUnlocked(file);
      }
    }
  }

  /** Under the lock, so that whoever made it and comes to lock it only now finds it gone. */
  private static void removeIfUnlocked(Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Files.deleteIfExists(file);
      }
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException goneOrNobodyCanTell) {
      return;
    }
  }

  /**
   * Opens all runs that are there; removes damaged ones. When others remove some meanwhile, as they
   * do after merging them, looks again for what took their place.
   */
  List<IndexRun> openAll() throws IOException {
    Map<Path, IndexRun> runs = new TreeMap<>();
    boolean all = false;
    boolean complete = false;
    try {
      for (int attempt = 0; attempt < ATTEMPTS && !complete; attempt++) {
        complete = openMore(runs);
      }
      all = true;
      return new ArrayList<>(runs.values());
    } finally {
      if (!all) {
        runs.values().forEach(IndexRun::close);
      }
    }
  }

  /** False when a file that was listed was gone when it was to be opened. */
  private boolean openMore(Map<Path, IndexRun> runs) throws IOException {
    boolean complete = true;
    for (Path file : list(FINISHED)) {
      if (runs.containsKey(file)) {
        continue;
      }
      try {
        IndexRun run = open(file, serials.incrementAndGet());
        if (run == null) {
          Files.deleteIfExists(file);
        } else {
          runs.put(file, run);
        }
      } catch (NoSuchFileException e) {
        complete = false;
      }
    }
    return complete;
  }

  private static @Nullable IndexRun open(Path file, int serial) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return IndexRun.map(channel, file, serial);
    }
  }

  private List<Path> list(String suffix) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + suffix)) {
      found.forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  /** Takes a run from those who come later; who has it open keeps it. */
  void remove(IndexRun run) throws IOException {
    Files.deleteIfExists(run.file());
  }
}
