package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DeviceNumbers;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes entries of visited nodes. Thread-safe. */
final class NodeReader {
  private static final int ATTEMPTS = 3;

  /** A larger file that keeps changing is not read that often. */
  private static final long LARGE = 256L << 20;

  private final DirectoryCache directories;
  private final FileContents contents;
  private final AttributeReader attributes;
  private final WarningLog warnings;
  private final OwnerNames users = OwnerNames.users();
  private final OwnerNames groups = OwnerNames.groups();

  NodeReader(DirectoryCache directories, FileContents contents, WarningLog warnings) {
    this.directories = directories;
    this.contents = contents;
    this.attributes = new AttributeReader(warnings);
    this.warnings = warnings;
  }

  /** The entry of anything but a regular file; null, and a warning, if it cannot be read. */
  @Nullable Entry read(TreeWalk.Visit visit) {
    BytePath path = visit.path();
    BytePath parent = path.parent();
    try (DirectoryCache.Lease lease = directories.lease(parent == null ? path : parent)) {
      DirectoryHandle directory = lease.directory();
      Node node = parent == null ? directory : directory.node(path.name());
      Entry.Builder entry = describe(path, visit.status(), node);
      if (visit.status().type() == NodeType.SYMLINK) {
        entry.linkTarget(directory.readSymlink(path.name()));
      }
      return entry.build();
    } catch (PosixException e) {
      warnings.addUnreadable(path, e);
      return null;
    }
  }

  /**
   * The entry of a regular file, content and all; null, and a warning, if it cannot be read.
   *
   * @throws RuntimeException if the backup as a whole failed
   */
  @Nullable Entry readFile(TreeWalk.Visit visit) throws IOException {
    BytePath path = visit.path();
    BytePath parent = path.parent();
    try (DirectoryCache.Lease lease = directories.lease(parent == null ? path : parent)) {
      for (int attempt = 1; ; attempt++) {
        Entry entry = readOnce(path, lease.directory());
        boolean last =
            attempt == ATTEMPTS || (attempt == 2 && entry != null && entry.size() > LARGE);
        if (entry == null || !entry.flags().changedWhileRead()) {
          return entry;
        }
        if (last) {
          warnings.add(path, TreeWarning.Kind.CHANGED_WHILE_READ, "read " + attempt + " times");
          return entry;
        }
      }
    } catch (PosixException e) {
      warnings.addUnreadable(path, e);
      return null;
    }
  }

  /**
   * The entry of a regular file whose content, and all that ctime would tell of, is as in an
   * earlier backup. Attributes that were missing there are tried again, and reported again.
   */
  Entry reuse(Entry before, FileStatus now) {
    BytePath path = before.path();
    Entry.Builder entry =
        before
            .copyAs(path)
            .identity(now.inode(), now.device(), now.links())
            .ownerNames(users.of(now.owner()), groups.of(now.group()));
    BytePath parent = path.parent();
    if (before.flags().attributesIncomplete() && parent != null) {
      try (DirectoryCache.Lease lease = directories.lease(parent)) {
        AttributeReader.Result read = attributes.read(path, lease.directory().node(path.name()));
        entry
            .attributes(read.attributes())
            .flags(new Entry.Flags(false, before.flags().damagedPages(), !read.complete()));
      } catch (PosixException e) { // its directory is gone
        warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, e.reason());
      }
    }
    return entry.build();
  }

  private @Nullable Entry readOnce(BytePath path, DirectoryHandle directory) throws IOException {
    try (FileHandle file = directory.openFile(path.name())) {
      FileStatus before = file.status();
      if (!before.isFile()) {
        warnings.add(path, TreeWarning.Kind.VANISHED, "is no regular file any more");
        return null;
      }
      Entry.Builder entry = describe(path, before, file);
      Content content = contents.write(file, before);
      boolean changed = content.length() != before.size() || hasChanged(before, file.status());
      Entry whole = entry.content(content).build();
      return changed ? EntryCopies.changedWhileRead(whole) : whole;
    }
  }

  private static boolean hasChanged(FileStatus before, FileStatus after) {
    return before.size() != after.size()
        || !before.modified().equals(after.modified())
        || !before.changed().equals(after.changed());
  }

  private Entry.Builder describe(BytePath path, FileStatus status, Node node) {
    AttributeReader.Result read = attributes.read(path, node);
    Entry.Builder entry =
        Entry.builder(path, status.type())
            .mode(status.permissions())
            .owner(status.owner(), status.group())
            .ownerNames(users.of(status.owner()), groups.of(status.group()))
            .times(status.modified(), status.changed())
            .identity(status.inode(), status.device(), status.links())
            .attributes(read.attributes())
            .flags(new Entry.Flags(false, false, !read.complete()));
    if (status.type() == NodeType.CHAR_DEVICE || status.type() == NodeType.BLOCK_DEVICE) {
      long number = status.specialDevice();
      entry.deviceNumber(
          new Entry.DeviceNumber(DeviceNumbers.major(number), DeviceNumbers.minor(number)));
    }
    return entry;
  }
}
