package io.holdfast.storage;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Files on their way to becoming objects. A name starts with a mark of the process; a file that is
 * written is also locked, as far as the file system can, so that nobody else takes it for a
 * leftover.
 */
final class TemporaryFiles {
  /** A put takes minutes at most; what is older was left by a process that died. */
  static final Duration LEFTOVER_AGE = Duration.ofHours(24);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /** How to lock a file; fails where the file system has no locks. */
  @FunctionalInterface
  interface Locks {
    /** The lock, or null when another process has it. */
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }

  private final Path directory;
  private final Locks locks;
  private final String mark;

  TemporaryFiles(Path directory) {
    this(directory, FileChannel::tryLock);
  }

  TemporaryFiles(Path directory, Locks locks) {
    this.directory = directory;
    this.locks = locks;
    this.mark = markOf(ProcessHandle.current());
  }

  /** Process ids repeat, over time and between containers; with the start time they do not. */
  private static String markOf(ProcessHandle process) {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return process.pid() + "-" + start + "-";
  }

  Path directory() {
    return directory;
  }

  Path newName() {
    return directory.resolve(mark + UUID.randomUUID());
  }

  /** Opens a new file for writing; fails when the name is taken. */
  FileChannel create(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    boolean locked = false;
    try {
      locked = lock(channel);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return channel;
  }

  /** True also where the file system has no locks: then the age alone protects the file. */
  private boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = locks.tryLock(channel);
      return lock == null || lock.isValid();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException noLocksHere) {
      return true;
    }
  }

  /** The time by the clock of the file system: that of a file made now. */
  Instant now() throws IOException {
    Path file = newName();
    try {
      create(file).close();
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  boolean isEmpty() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      return !files.iterator().hasNext();
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Removes what dead processes left behind; returns how many files. */
  int removeLeftovers(Instant now) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (isLeftover(file, now) && Files.deleteIfExists(file)) {
          removed++;
        }
      }
    }
    return removed;
  }

  private boolean isLeftover(Path file, Instant now) throws IOException {
    // Opening and closing a file of this process would drop the lock that another thread holds on
    // it.
    if (String.valueOf(file.getFileName()).startsWith(mark)) {
      return false;
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile()
          && attributes.lastModifiedTime().toInstant().plus(LEFTOVER_AGE).isBefore(now)
          && isKnownToBeUnlocked(file);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Not where the file system has no locks, or the file is somebody else's: it may be in use. */
  private boolean isKnownToBeUnlocked(Path file) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = locks.tryLock(channel)) {
      return lock != null;
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (OverlappingFileLockException | IOException unknown) {
      return false;
    }
  }
}
