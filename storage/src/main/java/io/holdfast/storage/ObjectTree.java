package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The objects below a directory whose names start with a prefix, depth first, read as they are
 * asked for: one open directory a level and no more memory than that. Files that cannot be objects
 * and symbolic links are passed over; what vanishes meanwhile too.
 */
final class ObjectTree implements Iterator<ObjectStat>, AutoCloseable {
  private static final class Level {
    final String name;
    final DirectoryStream<Path> stream;
    final Iterator<Path> entries;

    Level(String name, DirectoryStream<Path> stream) {
      this.name = name;
      this.stream = stream;
      this.entries = stream.iterator();
    }
  }

  private final String prefix;
  private final Function<IOException, StorageException> failure;
  private final Deque<Level> levels = new ArrayDeque<>();
  private @Nullable ObjectStat next;

  /**
   * @param prefix its part before the last slash is where the walk starts
   */
  ObjectTree(Path root, String prefix, Function<IOException, StorageException> failure) {
    this.prefix = prefix;
    this.failure = failure;
    String start = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    if (start.isEmpty()) {
      enter(root, "");
    } else if (ObjectName.isValid(start.substring(0, start.length() - 1))) {
      enterWithoutLinks(root, start);
    }
  }

  private void enterWithoutLinks(Path root, String start) {
    Path directory = root;
    for (Path component : Path.of(start)) {
      directory = directory.resolve(component);
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
    }
    enter(directory, start);
  }

  @Override
  public boolean hasNext() {
    while (next == null && !levels.isEmpty()) {
      Level level = levels.element();
      try {
        if (level.entries.hasNext()) {
          visit(level.entries.next(), level.name);
        } else {
          levels.pop().stream.close();
        }
      } catch (DirectoryIteratorException e) {
        throw failure.apply(Objects.requireNonNull(e.getCause()));
      } catch (IOException e) {
        throw failure.apply(e);
      }
    }
    return next != null;
  }

  private void visit(Path path, String parent) throws IOException {
    ObjectName object = ObjectName.orNull(parent + path.getFileName());
    if (object == null) {
      return;
    }
    String name = object.value();
    if (!name.startsWith(prefix) && !prefix.startsWith(name)) {
      return;
    }
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (attributes.isDirectory()) {
      enter(path, name + "/");
    } else if (attributes.isRegularFile() && name.startsWith(prefix)) {
      next = new ObjectStat(object, attributes.size(), attributes.lastModifiedTime().toInstant());
    }
  }

  @SuppressWarnings("StreamResourceLeak") // closed when its level ends, or by close()
  private void enter(Path directory, String name) {
    try {
      levels.push(new Level(name, Files.newDirectoryStream(directory)));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    } catch (IOException e) {
      throw failure.apply(e);
    }
  }

  @Override
  public ObjectStat next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    ObjectStat result = Objects.requireNonNull(next);
    next = null;
    return result;
  }

  @Override
  public void close() {
    try {
      while (!levels.isEmpty()) {
        levels.pop().stream.close();
      }
    } catch (IOException e) {
      throw failure.apply(e);
    }
  }
}
