package io.holdfast.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts any number of byte strings, unsigned, with a bounded number of them in memory: sorted runs
 * go to files, which are merged a few at a time. Of one thread. Order of use: {@link #add} all,
 * {@link #sorted} once, {@link #close}.
 */
final class ExternalSort implements AutoCloseable {
  private static final int FAN_IN = 32;
  private static final int MERGE_BUFFER = 64 << 10;
  private static final int READ_BUFFER = 4 << 10;

  private final Path directory;
  private final int limit;
  private final List<RunFile> runs = new ArrayList<>();
  private List<byte[]> buffered = new ArrayList<>();

  /**
   * @param directory for temporary files
   * @param limit number of records to keep in memory
   */
  ExternalSort(Path directory, int limit) {
    this.directory = directory;
    this.limit = Math.max(limit, 1);
  }

  void add(byte[] record) throws IOException {
    if (buffered.size() >= limit) {
      spill();
    }
    buffered.add(record);
  }

  /** How many records {@link #sorted} will hold in memory. */
  int inMemory() {
    return runs.isEmpty() ? buffered.size() : 0;
  }

  /** All records in order. */
  Iterator<byte[]> sorted() throws IOException {
    if (runs.isEmpty()) {
      buffered.sort(Arrays::compareUnsigned);
      return buffered.iterator();
    }
    spill();
    while (runs.size() > 1) {
      List<RunFile> some = new ArrayList<>(runs.subList(0, Math.min(FAN_IN, runs.size())));
      runs.add(RunFile.write(directory, new Merge(some)));
      runs.removeAll(some);
      for (RunFile run : some) {
        run.delete();
      }
    }
    return runs.getFirst().read(READ_BUFFER);
  }

  private void spill() throws IOException {
    if (!buffered.isEmpty()) {
      buffered.sort(Arrays::compareUnsigned);
      runs.add(RunFile.write(directory, buffered.iterator()));
      buffered = new ArrayList<>();
    }
  }

  @Override
  public void close() throws IOException {
    for (RunFile run : runs) {
      run.delete();
    }
  }

  private static final class Merge implements Iterator<byte[]> {
    /** The next record of one run, and what follows it. */
    private static final class Head {
      private final byte[] record;
      private final Iterator<byte[]> rest;

      Head(byte[] record, Iterator<byte[]> rest) {
        this.record = record;
        this.rest = rest;
      }
    }

    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparing(head -> head.record, Arrays::compareUnsigned));

    Merge(List<RunFile> runs) {
      for (RunFile run : runs) {
        push(run.read(MERGE_BUFFER));
      }
    }

    private void push(Iterator<byte[]> rest) {
      if (rest.hasNext()) {
        heads.add(new Head(rest.next(), rest));
      }
    }

    @Override
    public boolean hasNext() {
      return !heads.isEmpty();
    }

    @Override
    public byte[] next() {
      Head head = heads.remove();
      push(head.rest);
      return head.record;
    }
  }
}
