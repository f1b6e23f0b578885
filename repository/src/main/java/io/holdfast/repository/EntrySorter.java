package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts entries into path order that come in any order, as sources do that are read in parallel or
 * send their files as they like. A few MiB are kept in memory, the rest in temporary files, which
 * hold metadata only, belong to this user alone and are gone when this is closed.
 *
 * <p>Any number of threads may add; one then takes.
 */
public final class EntrySorter implements AutoCloseable {
  private static final int MEMORY = 8 << 20;
  private static final int OVERHEAD = 200;
  private static final int MAX_RUNS = 64;

  private final Path directory;
  private final int memory;
  private final List<Path> runs = new ArrayList<>();
  private List<Encoded> kept = new ArrayList<>();
  private long keptBytes;

  /**
   * @param directory for temporary files; must exist
   */
  public EntrySorter(Path directory) {
    this(directory, MEMORY);
  }

  EntrySorter(Path directory, int memory) {
    this.directory = directory;
    this.memory = memory;
  }

  /** Takes an entry, in any order; each path once. */
  public void add(Entry entry) {
    Encoded encoded = new Encoded(entry.path(), EntryCodec.encode(entry));
    synchronized (this) {
      kept.add(encoded);
      keptBytes += OVERHEAD + entry.path().length() + encoded.bytes.length;
      if (keptBytes > memory) {
        spill();
      }
    }
  }

  /** Gives all entries, in path order. Nothing may be added afterwards. */
  public synchronized void drain(Consumer<Entry> consumer) {
    if (runs.isEmpty()) {
      sort(kept).forEach(encoded -> consumer.accept(encoded.decode()));
      return;
    }
    spill();
    merge(encoded -> consumer.accept(encoded.decode()));
  }

  private static List<Encoded> sort(List<Encoded> entries) {
    entries.sort(Comparator.comparing(Encoded::path));
    return entries;
  }

  private void spill() {
    if (!kept.isEmpty()) {
      writeRun(sort(kept)::forEach);
      kept = new ArrayList<>();
      keptBytes = 0;
    }
    if (runs.size() > MAX_RUNS) {
      List<Path> merged = List.copyOf(runs);
      writeRun(this::merge);
      runs.removeAll(merged);
      merged.forEach(EntrySorter::delete);
    }
  }

  private interface Source {
    void give(Consumer<Encoded> sink);
  }

  private void writeRun(Source source) {
    try {
      Path file = Files.createTempFile(directory, "entries-", ".run");
      boolean written = false;
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(
                  Files.newOutputStream(file, StandardOpenOption.WRITE), 1 << 16))) {
        source.give(entry -> write(out, entry));
        out.writeInt(0);
        written = true;
      } finally {
        if (!written) {
          delete(file);
        }
      }
      runs.add(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(DataOutputStream out, Encoded entry) {
    try {
      out.writeInt(entry.bytes.length);
      out.write(entry.bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void merge(Consumer<Encoded> consumer) {
    PriorityQueue<Run> queue =
        new PriorityQueue<>(Comparator.comparing((Run run) -> run.current().path()));
    List<Run> open = new ArrayList<>();
    try {
      try {
        for (Path file : runs) {
          Run run = new Run(file);
          open.add(run);
          if (run.advance()) {
            queue.add(run);
          }
        }
        for (Run run = queue.poll(); run != null; run = queue.poll()) {
          consumer.accept(run.current());
          if (run.advance()) {
            queue.add(run);
          }
        }
      } finally {
        for (Run run : open) {
          run.close();
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** An entry as it is kept. */
  private static final class Encoded {
    private final BytePath path;
    private final byte[] bytes;

    Encoded(BytePath path, byte[] bytes) {
      this.path = path;
      this.bytes = bytes;
    }

    BytePath path() {
      return path;
    }

    Entry decode() {
      return decode(bytes);
    }

    static Entry decode(byte[] bytes) {
      return EntryCodec.decode(new Decoder(bytes, "a temporary list of files"));
    }
  }

  /** A sorted file of entries that is being read. */
  private static final class Run implements AutoCloseable {
    private final DataInputStream in;
    private @Nullable Encoded current;

    Run(Path file) throws IOException {
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    Encoded current() {
      return java.util.Objects.requireNonNull(current);
    }

    boolean advance() throws IOException {
      int length = in.readInt();
      if (length == 0) {
        return false;
      }
      byte[] encoded = new byte[length];
      in.readFully(encoded);
      current = new Encoded(Encoded.decode(encoded).path(), encoded);
      return true;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private RepositoryException failed(IOException e) {
    return new RepositoryException(
        FailureCategory.UNAVAILABLE,
        "cannot keep the list of files in " + directory,
        "Check that the directory for temporary files has space.",
        e);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new RepositoryException(
          FailureCategory.UNAVAILABLE, "cannot remove the temporary file " + file, "", e);
    }
  }

  /** Removes the temporary files. */
  @Override
  public synchronized void close() {
    List<Path> left = List.copyOf(runs);
    runs.clear();
    left.forEach(EntrySorter::delete);
  }
}
