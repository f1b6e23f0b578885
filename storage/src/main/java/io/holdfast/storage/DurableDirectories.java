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
 * The directories below the root of a store: made when first needed, forced to the disk with
 * everything above them before anything in them counts as durable, and never entered through a
 * symbolic link. Who deletes the last object in one removes it, except those right below the root;
 * so any other may vanish while it holds no object, and come back made by another process.
 */
final class DurableDirectories {
  /** How often one is made again that others remove, until something else must be wrong. */
  private static final int MOST_ATTEMPTS = 100;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path root;
  private final Object rootKey;

  /** Directories right below the root whose name this process has seen reach the disk. */
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
      // What vanished since is to be made by who asked: NoSuchFileException.
      requireDirectory(directory);
    }
  }

  /** fsync of a directory: the names in it survive the loss of power. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes the directory and those above it, up to the root. */
  void ensure(Path directory) throws IOException {
    in(directory, () -> {});
  }

  /** Fails with {@link NoSuchFileException} where its directory has just vanished. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Does something in a directory, which is made first, and again where others remove it. */
  void in(Path directory, Step step) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        requireRoot();
        makeBelowRoot(directory);
        step.run();
        return;
      } catch (NoSuchFileException e) {
        requireRoot();
        if (attempt == MOST_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void makeBelowRoot(Path directory) throws IOException {
    if (!directory.equals(root)) {
      makeBelowRoot(parent(directory));
      make(directory);
    }
  }

  /**
   * Forces the names in a directory, and those of the directories above it, to the disk. One that
   * is gone had nothing in it that was to stay.
   */
  void forceUpFrom(Path directory) throws IOException {
    Path top = directory;
    for (Path d = directory; !d.equals(root); d = parent(d)) {
      top = d;
      try {
        force(d);
      } catch (NoSuchFileException e) {
        requireRoot();
      }
    }
    if (!durable.contains(top)) {
      force(root);
      if (!top.equals(root)) {
        durable.add(top);
      }
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
      requireDirectory(d);
    }
  }

  private static void requireDirectory(Path path) throws IOException {
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isDirectory()) {
      throw new NotDirectoryException(path.toString());
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
