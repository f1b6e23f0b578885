package io.holdfast.repository;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Writes one run that stands for several. Takes some kilobytes of memory for each of them, and the
 * names of their index objects; nothing grows with the chunks and packs.
 */
final class MergeRuns {
  /** Rows that are copied at once. */
  private static final int ROWS = 256;

  private static final int PACK_OF_CHUNK = ChunkId.LENGTH;

  private final List<IndexRun> runs;

  private MergeRuns(List<IndexRun> runs) {
    this.runs = runs;
  }

  /** The packs of the new run are those of the first, then those of the second, and so on. */
  static void write(OutputStream file, List<IndexRun> runs) throws IOException {
    new MergeRuns(runs).write(file);
  }

  private void write(OutputStream file) throws IOException {
    Set<String> sources = new LinkedHashSet<>();
    Set<String> superseded = new LinkedHashSet<>();
    int packs = 0;
    int blocks = 0;
    long chunks = 0;
    for (IndexRun run : runs) {
      sources.addAll(run.sourceNames());
      superseded.addAll(run.supersededNames());
      packs = Math.addExact(packs, run.packCount());
      blocks = Math.addExact(blocks, run.blockCount());
      chunks += run.chunkCount();
    }
    RunLayout layout = new RunLayout(sources.size(), superseded.size(), packs, blocks, chunks);
    IndexRunWriter.checked(
        file,
        out -> {
          layout.writeHeader(out, sources, superseded);
          copyPacks(out);
          copyBlocks(out);
          mergeChunks(out);
        });
  }

  private void copyPacks(DataOutputStream out) throws IOException {
    byte[] rows = new byte[ROWS * RunLayout.PACK];
    ByteBuffer numbers = ByteBuffer.wrap(rows);
    int firstBlock = 0;
    for (IndexRun run : runs) {
      for (int pack = 0; pack < run.packCount(); pack += ROWS) {
        int count = Math.min(ROWS, run.packCount() - pack);
        run.readPacks(pack, count, rows);
        for (int row = 0; row < count; row++) {
          int at = row * RunLayout.PACK + RunLayout.FIRST_BLOCK;
          numbers.putInt(at, numbers.getInt(at) + firstBlock);
        }
        out.write(rows, 0, count * RunLayout.PACK);
      }
      firstBlock += run.blockCount();
    }
  }

  private void copyBlocks(DataOutputStream out) throws IOException {
    byte[] rows = new byte[ROWS * RunLayout.BLOCK];
    for (IndexRun run : runs) {
      for (long block = 0; block < run.blockCount(); block += ROWS) {
        int count = (int) Math.min(ROWS, run.blockCount() - block);
        run.readBlocks(block, count, rows);
        out.write(rows, 0, count * RunLayout.BLOCK);
      }
    }
  }

  private void mergeChunks(DataOutputStream out) throws IOException {
    PriorityQueue<Head> heads = new PriorityQueue<>();
    int firstPack = 0;
    for (IndexRun run : runs) {
      Head head = new Head(run, firstPack);
      if (head.advance()) {
        heads.add(head);
      }
      firstPack += run.packCount();
    }
    for (Head head = heads.poll(); head != null; head = heads.poll()) {
      head.writeTo(out);
      if (head.advance()) {
        heads.add(head);
      }
    }
  }

  /** The next chunk of one run. */
  private static final class Head implements Comparable<Head> {
    private final IndexRun run;
    private final int firstPack;
    private final byte[] rows = new byte[ROWS * RunLayout.CHUNK];
    private final ByteBuffer numbers = ByteBuffer.wrap(rows);
    private long read;
    private int end;
    private int at = -RunLayout.CHUNK;

    Head(IndexRun run, int firstPack) {
      this.run = run;
      this.firstPack = firstPack;
    }

    boolean advance() {
      at += RunLayout.CHUNK;
      if (at >= end) {
        int count = (int) Math.min(ROWS, run.chunkCount() - read);
        run.readChunks(read, count, rows);
        read += count;
        end = count * RunLayout.CHUNK;
        at = 0;
      }
      return at < end;
    }

    void writeTo(DataOutputStream out) throws IOException {
      numbers.putInt(at + PACK_OF_CHUNK, numbers.getInt(at + PACK_OF_CHUNK) + firstPack);
      out.write(rows, at, RunLayout.CHUNK);
    }

    @Override
    public int compareTo(Head other) {
      return Arrays.compareUnsigned(
          rows, at, at + ChunkId.LENGTH, other.rows, other.at, other.at + ChunkId.LENGTH);
    }
  }
}
