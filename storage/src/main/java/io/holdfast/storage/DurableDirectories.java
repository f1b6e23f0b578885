package io.holdfast.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories below the root of a store: made when first needed, forced to the disk together
 * with their parents before anything in them counts as durable, and never entered through a
 * symbolic link.
 */
final class DurableDirectories {
  private static final int MAX_REMEMBERED = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path root;
  private final Object rootKey;

  /** Directories whose name this process has seen reach the disk. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  DurableDirectories(Path root) throws IOException {
    this.root = root;
    this.rootKey = key(root);
  }

  /** Makes one directory that only its owner can enter, where there is none. */
  static void make(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        throw new NotDirectoryException(directory.toString());
      }
    }
  }

  /** fsync of a directory: the names in it survive the loss of power. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Makes the directory and those above it, up to the root, and sees to it that their names are on
   * the disk: another process may have made them an instant ago and not yet come to that.
   */
  void ensure(Path directory) throws IOException {
    requireRoot();
    ensureBelowRoot(directory);
  }

  private void ensureBelowRoot(Path directory) throws IOException {
    if (directory.equals(root)) {
      return;
    }
    Path parent = Objects.requireNonNull(directory.getParent());
    ensureBelowRoot(parent);
    make(directory);
    if (!durable.contains(directory)) {
      force(parent);
      if (durable.size() >= MAX_REMEMBERED) {
        durable.clear();
      }
      durable.add(directory);
    }
  }

  /**
   * Fails unless the root is the very directory that was opened: what is under an unmounted mount
   * point must not fill up with objects.
   */
  void requireRoot() throws IOException {
    if (!key(root).equals(rootKey)) {
      throw new NoSuchFileException(
          root.toString(), null, "it is no longer the directory that was opened");
    }
  }

  /**
   * Fails unless every directory between the root and the file exists and is a directory proper.
   *
   * @throws NoSuchFileException when one is missing
   */
  void requireInside(Path file) throws IOException {
    for (Path d = parent(file); !d.equals(root); d = parent(d)) {
      if (!Files.readAttributes(d, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isDirectory()) {
        throw new NotDirectoryException(d.toString());
      }
    }
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  private static Object key(Path directory) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
    if (!attributes.isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    return Objects.requireNonNull(attributes.fileKey(), "file systems of Linux have file keys");
  }
}
