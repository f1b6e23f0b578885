package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Objects as files below a directory of a POSIX file system with hard links. A put writes a
 * temporary file in {@code .tmp}, forces it, gives it its name with link(2), which fails where the
 * name is taken, and forces the directory. So a crash at any instant leaves the object whole or
 * absent, and at worst a temporary file, which a later {@link #open} removes. Several processes may
 * use one directory. Directories have mode 0700, files 0600; one that a delete leaves empty goes,
 * unless it is right below the root.
 *
 * <p>Symbolic links inside the directory are never followed. The directory itself is never made
 * again once it is open: when it was unmounted, everything fails with {@link
 * StorageUnavailableException}.
 */
public final class LocalDirectoryStore implements ObjectStore {
  /** Name of the directory in a store for what is being written. */
  public static final String TEMPORARY = ".tmp";

  private final Path root;
  private final PutSteps steps;
  private final DurableDirectories directories;
  private final TemporaryFiles temporary;

  private LocalDirectoryStore(Path root, PutSteps steps) throws IOException {
    this.root = root;
    this.steps = steps;
    this.directories = new DurableDirectories(root);
    this.temporary = new TemporaryFiles(root.resolve(TEMPORARY));
  }

  /**
   * Makes an empty store in a directory that is absent (its parent exists) or empty, and checks
   * that the file system can do what a store needs.
   *
   * @throws StorageException with category CONFLICT when the directory is not empty
   * @throws StorageAccessException when the file system has no hard links
   */
  public static LocalDirectoryStore create(Path directory) {
    try {
      DurableDirectories.make(directory);
      Path root = directory.toRealPath();
      requireEmpty(root);
      if (root.getParent() != null) {
        DurableDirectories.force(root.getParent());
      }
      LocalDirectoryStore store = new LocalDirectoryStore(root, PutSteps.NONE);
      store.directories.ensure(store.temporary.directory());
      DurableDirectories.force(root);
      store.requireHardLinks();
      return store;
    } catch (IOException e) {
      throw IoFailures.of("make a store", directory.toString(), e);
    }
  }

  /**
   * Opens a store; writes nothing, except that it removes old temporary files of dead processes
   * where it can.
   *
   * @throws StorageUnavailableException when the directory is missing, or empty: then most likely
   *     something is not mounted
   */
  public static LocalDirectoryStore open(Path directory) {
    return open(directory, PutSteps.NONE);
  }

  static LocalDirectoryStore open(Path directory, PutSteps steps) {
    try {
      Path root = directory.toRealPath();
      if (isEmpty(root)) {
        throw new StorageUnavailableException(
            "directory " + root + " is empty: it holds no store",
            "Check that the right file system is mounted there.",
            null);
      }
      LocalDirectoryStore store = new LocalDirectoryStore(root, steps);
      store.removeLeftovers();
      return store;
    } catch (IOException e) {
      throw IoFailures.of("open the store", directory.toString(), e);
    }
  }

  private static boolean isEmpty(Path root) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      return !entries.iterator().hasNext();
    }
  }

  private static void requireEmpty(Path root) throws IOException {
    if (!isEmpty(root)) {
      throw new StorageException(
          FailureCategory.CONFLICT,
          "directory " + root + " is not empty",
          "Name a directory that is empty or does not exist yet.",
          null);
    }
  }

  private void requireHardLinks() throws IOException {
    Path file = temporary.newName();
    Path link = temporary.newName();
    try {
      temporary.create(file).close();
      Files.createLink(link, file);
    } catch (UnsupportedOperationException e) {
      throw noHardLinks(e);
    } catch (IOException e) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw noHardLinks(e);
      }
      throw e;
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(file);
    }
  }

  private StorageAccessException noHardLinks(Exception e) {
    return new StorageAccessException(
        "the file system of " + root + " cannot make hard links: " + e.getMessage(),
        "Put the repository on a POSIX file system such as ext4, XFS, Btrfs, ZFS or NFS.",
        e);
  }

  private void removeLeftovers() throws IOException {
    if (temporary.isEmpty() || !Files.isWritable(temporary.directory())) {
      return;
    }
    temporary.removeLeftovers(temporary.now());
  }

  @Override
  public PutOutcome put(ObjectName name, List<ByteBuffer> content) {
    long size = content.stream().mapToLong(ByteBuffer::remaining).sum();
    if (size > MAX_OBJECT_SIZE) {
      throw new IllegalArgumentException(
          "object %s has %d bytes, more than %d".formatted(name, size, MAX_OBJECT_SIZE));
    }
    Path object = path(name);
    Path directory = Objects.requireNonNull(object.getParent());
    try {
      directories.ensure(directory);
      boolean created = !exists(object) && write(object, content, size);
      // Also when it exists: who made it may not have come to this step yet.
      directories.forceUpFrom(directory);
      return created ? PutOutcome.CREATED : PutOutcome.EXISTS;
    } catch (IOException e) {
      throw IoFailures.of("put " + name, describe(), e);
    }
  }

  /** One look, so that an object that appears meanwhile is not mistaken for something else. */
  private static boolean exists(Path object) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes =
          Files.readAttributes(object, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return false;
    }
    if (!attributes.isRegularFile()) {
      throw new FileSystemException(object.toString(), null, "something else has that name");
    }
    return true;
  }

  private boolean write(Path object, List<ByteBuffer> content, long size) throws IOException {
    directories.ensure(temporary.directory());
    Path file = temporary.newName();
    try (FileChannel channel = temporary.create(file)) {
      steps.created(file);
      for (ByteBuffer part : content) {
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
      steps.written(file);
      channel.force(true);
      if (channel.size() != size) {
        throw new IOException("wrote " + size + " bytes, the file has " + channel.size());
      }
      steps.forced(file);
      directories.in(
          Objects.requireNonNull(object.getParent()), () -> Files.createLink(object, file));
      steps.linked(object);
      return true;
    } catch (FileAlreadyExistsException e) {
      // The name was taken; should the object be deleted by now, the put came before that.
      return false;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public byte[] get(ObjectName name, int maximum) {
    Path object = path(name);
    try (FileChannel channel = openForReading(object)) {
      long size = channel.size();
      if (size > maximum) {
        throw new ObjectTooLargeException(name, describe(), size, maximum);
      }
      return read(channel, name, 0, (int) size);
    } catch (IOException e) {
      throw reading(name, e);
    }
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) {
    if (offset < 0 || length < 0 || length > MAX_OBJECT_SIZE) {
      throw new IllegalArgumentException("impossible range: %d + %d".formatted(offset, length));
    }
    try (FileChannel channel = openForReading(path(name))) {
      long available = Math.max(0, channel.size() - offset);
      if (available < length) {
        throw new ShortReadException(name, describe(), offset, length, available);
      }
      return read(channel, name, offset, length);
    } catch (IOException e) {
      throw reading(name, e);
    }
  }

  private FileChannel openForReading(Path object) throws IOException {
    directories.requireInside(object);
    return FileChannel.open(object, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  private byte[] read(FileChannel channel, ObjectName name, long offset, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new ShortReadException(name, describe(), offset, length, buffer.position());
      }
    }
    return buffer.array();
  }

  /** A file that is missing while the root is there is an object that does not exist. */
  private StorageException reading(ObjectName name, IOException e) {
    if (e instanceof NoSuchFileException) {
      try {
        directories.requireRoot();
        return new ObjectNotFoundException(name, describe(), e);
      } catch (IOException gone) {
        return IoFailures.of("get " + name, describe(), gone);
      }
    }
    return IoFailures.of("get " + name, describe(), e);
  }

  @Override
  public Optional<ObjectStat> stat(ObjectName name) {
    Path object = path(name);
    try {
      directories.requireRoot();
      directories.requireInside(object);
      BasicFileAttributes attributes =
          Files.readAttributes(object, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile()
          ? Optional.of(
              new ObjectStat(name, attributes.size(), attributes.lastModifiedTime().toInstant()))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return absent("stat " + name);
    } catch (IOException e) {
      throw IoFailures.of("stat " + name, describe(), e);
    }
  }

  private Optional<ObjectStat> absent(String action) {
    try {
      directories.requireRoot();
      return Optional.empty();
    } catch (IOException gone) {
      throw IoFailures.of(action, describe(), gone);
    }
  }

  @Override
  public Stream<ObjectStat> list(String prefix) {
    try {
      directories.requireRoot();
    } catch (IOException e) {
      throw IoFailures.of("list", describe(), e);
    }
    ObjectTree tree = new ObjectTree(root, prefix, e -> IoFailures.of("list", describe(), e));
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                tree, Spliterator.DISTINCT | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(tree::close);
  }

  @Override
  public void delete(ObjectName name) {
    Path object = path(name);
    try {
      directories.requireRoot();
      if (deleteWithoutLinks(name)) {
        directories.forceUpFrom(Objects.requireNonNull(object.getParent()));
      }
    } catch (IOException e) {
      throw IoFailures.of("delete " + name, describe(), e);
    }
  }

  /** Steps down directory by directory, so that no link planted meanwhile can lead elsewhere. */
  private boolean deleteWithoutLinks(ObjectName name) throws IOException {
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      if (!(top instanceof SecureDirectoryStream<Path> directory)) {
        throw new IOException("the file system cannot open files relative to a directory");
      }
      deleteBelowRoot(directory, Path.of(name.value()));
      return true;
    } catch (NoSuchFileException e) {
      directories.requireRoot();
      return false;
    }
  }

  /** The directories right below the root stay. */
  private static void deleteBelowRoot(SecureDirectoryStream<Path> top, Path rest)
      throws IOException {
    if (rest.getNameCount() == 1) {
      top.deleteFile(rest);
      return;
    }
    try (SecureDirectoryStream<Path> next = step(top, rest)) {
      deleteWithDirectories(next, rest.subpath(1, rest.getNameCount()));
    }
  }

  private static SecureDirectoryStream<Path> step(SecureDirectoryStream<Path> from, Path rest)
      throws IOException {
    return from.newDirectoryStream(rest.getName(0), LinkOption.NOFOLLOW_LINKS);
  }

  /** Removes the directories on the way too, from the last on, until one has something in it. */
  private static void deleteWithDirectories(SecureDirectoryStream<Path> directory, Path rest)
      throws IOException {
    if (rest.getNameCount() == 1) {
      directory.deleteFile(rest);
      return;
    }
    try (SecureDirectoryStream<Path> next = step(directory, rest)) {
      deleteWithDirectories(next, rest.subpath(1, rest.getNameCount()));
    }
    removeIfEmpty(directory, rest.getName(0));
  }

  /** The kernel decides whether it is empty; a put that wanted to go there makes it again. */
  private static void removeIfEmpty(SecureDirectoryStream<Path> parent, Path directory)
      throws IOException {
    try {
      parent.deleteDirectory(directory);
    } catch (FileSystemException e) {
      // It has something in it, is gone, or cannot go. The object is deleted in any case.
      return;
    }
  }

  @Override
  public Instant now() {
    try {
      directories.ensure(temporary.directory());
      return temporary.now();
    } catch (IOException e) {
      throw IoFailures.of("read the clock", describe(), e);
    }
  }

  private Path path(ObjectName name) {
    return root.resolve(name.value());
  }

  @Override
  public String describe() {
    return "directory " + root;
  }

  @Override
  public void close() {
    // Holds nothing open between calls.
  }
}
