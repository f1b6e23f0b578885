package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Content;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Compares a restored cluster, on which no server was started yet, with its backup: every file and
 * directory is there, every file has its length and every byte. As {@code pg_verifybackup} does
 * with a base backup, but against the content itself.
 */
public final class RestoredClusterCheck {
  private static final int MAX_DIFFERENCES = 100;

  private final Manifest manifest;
  private final ContentReader contents;
  private final BytePath place;
  private final List<String> differences = new ArrayList<>();

  /**
   * @param place the data directory
   */
  public RestoredClusterCheck(Manifest manifest, ContentReader contents, BytePath place) {
    this.manifest = manifest;
    this.contents = contents;
    this.place = place;
  }

  /**
   * Compares.
   *
   * @return what differs, at most {@value #MAX_DIFFERENCES} things; empty if all is as it should be
   */
  public List<String> run() {
    try {
      for (Iterator<Entry> entries = manifest.cursor(); entries.hasNext(); ) {
        Entry entry = entries.next();
        boolean last = entry.path().equals(ClusterFileRules.CONTROL_FILE);
        if (!entry.path().isEmpty() && (last || RestoreRules.isWrittenBack(entry.path()))) {
          compare(entry);
        }
      }
      return List.copyOf(differences);
    } catch (IOException e) {
      throw ClusterRestoreException.of(place, e);
    }
  }

  private void compare(Entry entry) throws IOException {
    BytePath path = entry.path();
    BytePath parent = path.parent();
    // By its path: tablespaces are reached through links.
    try (DirectoryHandle directory =
        DirectoryHandle.open(parent == null ? place : place.resolve(parent))) {
      NodeType type = directory.status(path.name()).type();
      boolean link = type == NodeType.SYMLINK && entry.type() == NodeType.DIRECTORY;
      Content content = entry.content();
      if (type != entry.type() && !link) {
        differs(path + " is not a " + entry.type());
      } else if (content != null) {
        try (FileHandle file = directory.openFile(path.name())) {
          compare(path, file, content);
        }
      }
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
      differs(path + " is missing");
    }
  }

  private void compare(BytePath path, FileHandle file, Content content) throws IOException {
    long length = file.status().size();
    if (length != content.length()) {
      differs(path + " has " + length + " bytes instead of " + content.length());
      return;
    }
    Comparison comparison = new Comparison(file);
    contents.read(List.of(new ContentReader.Target(content, comparison)).iterator());
    if (comparison.differs.get()) {
      differs(path + " has other bytes");
    }
  }

  private void differs(String what) {
    if (differences.size() < MAX_DIFFERENCES) {
      differences.add(what);
    }
  }

  /** Compares the pieces of a content with a file. */
  private static final class Comparison implements ContentReader.Sink {
    private static final int PART = 64 << 10;

    private final FileHandle file;
    private final AtomicBoolean differs = new AtomicBoolean();

    Comparison(FileHandle file) {
      this.file = file;
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      byte[] there = new byte[length];
      int done = 0;
      while (done < length) {
        int count = file.read(offset + done, there, done, length - done);
        if (count < 0) {
          differs.set(true);
          return;
        }
        done += count;
      }
      if (!Arrays.equals(there, 0, length, bytes, from, from + length)) {
        differs.set(true);
      }
    }

    @Override
    public void hole(long offset, long length) throws IOException {
      for (long done = 0; done < length; done += PART) {
        int part = (int) Math.min(PART, length - done);
        write(offset + done, new byte[part], 0, part);
      }
    }

    @Override
    public void complete() {}
  }
}
