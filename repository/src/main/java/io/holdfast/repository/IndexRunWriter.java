package io.holdfast.repository;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/** Writes the content of files of {@link IndexRun}. */
final class IndexRunWriter {
  private IndexRunWriter() {}

  /** Writes what one index object says. Sorts in memory: an index object is bounded. */
  static void write(
      OutputStream file, Set<String> sources, Set<String> superseded, List<PackSummary> packs)
      throws IOException {
    record Row(int pack, PlacedChunk chunk) {}
    List<Row> rows = new ArrayList<>();
    int blocks = 0;
    for (int i = 0; i < packs.size(); i++) {
      for (PlacedChunk chunk : packs.get(i).directory().chunks()) {
        rows.add(new Row(i, chunk));
      }
      blocks += packs.get(i).directory().blocks().size();
    }
    rows.sort(Comparator.comparing(row -> row.chunk().id()));
    int blockCount = blocks;
    checked(
        file,
        out -> {
          header(out, sources, superseded, packs.size(), blockCount, rows.size());
          int firstBlock = 0;
          for (PackSummary pack : packs) {
            int count = pack.directory().blocks().size();
            packRow(out, pack, firstBlock, count);
            firstBlock += count;
          }
          for (PackSummary pack : packs) {
            blockRows(out, pack.directory().blocks());
          }
          for (Row row : rows) {
            chunkRow(out, row.pack(), row.chunk());
          }
        });
  }

  /** Writes one run that stands for several. Memory does not grow with their size. */
  static void merge(OutputStream file, List<IndexRun> runs) throws IOException {
    Set<String> sources = new LinkedHashSet<>();
    Set<String> superseded = new LinkedHashSet<>();
    int packs = 0;
    int blocks = 0;
    long chunks = 0;
    for (IndexRun run : runs) {
      sources.addAll(run.sourceNames());
      superseded.addAll(run.supersededNames());
      packs += run.packCount();
      blocks += (int) (run.blockTable().byteSize() / IndexRun.BLOCK);
      chunks += run.chunkCount();
    }
    int packCount = packs;
    int blockCount = blocks;
    long chunkCount = chunks;
    checked(
        file,
        out -> {
          header(out, sources, superseded, packCount, blockCount, chunkCount);
          int blockBase = 0;
          for (IndexRun run : runs) {
            copyPacks(out, run, blockBase);
            blockBase += (int) (run.blockTable().byteSize() / IndexRun.BLOCK);
          }
          for (IndexRun run : runs) {
            copy(out, run.blockTable());
          }
          mergeChunks(out, runs);
        });
  }

  private static void mergeChunks(DataOutputStream out, List<IndexRun> runs) throws IOException {
    PriorityQueue<MergeSource> heads = new PriorityQueue<>();
    int packBase = 0;
    for (IndexRun run : runs) {
      MergeSource source = new MergeSource(run, packBase);
      if (source.advance()) {
        heads.add(source);
      }
      packBase += run.packCount();
    }
    for (MergeSource head = heads.poll(); head != null; head = heads.poll()) {
      byte[] row = head.row();
      out.write(row, 0, ChunkId.LENGTH);
      out.writeInt(java.nio.ByteBuffer.wrap(row).getInt(ChunkId.LENGTH) + head.packBase());
      out.write(row, ChunkId.LENGTH + 4, IndexRun.CHUNK - ChunkId.LENGTH - 4);
      if (head.advance()) {
        heads.add(head);
      }
    }
  }

  /** The next chunk of one run in a merge. */
  private static final class MergeSource implements Comparable<MergeSource> {
    private final MemorySegment table;
    private final int packBase;
    private final byte[] row = new byte[IndexRun.CHUNK];
    private long next;

    MergeSource(IndexRun run, int packBase) {
      this.table = run.chunkTable();
      this.packBase = packBase;
    }

    byte[] row() {
      return row;
    }

    int packBase() {
      return packBase;
    }

    boolean advance() {
      if (next == table.byteSize()) {
        return false;
      }
      MemorySegment.copy(table, ValueLayout.JAVA_BYTE, next, row, 0, row.length);
      next += row.length;
      return true;
    }

    @Override
    public int compareTo(MergeSource other) {
      return java.util.Arrays.compareUnsigned(row, 0, ChunkId.LENGTH, other.row, 0, ChunkId.LENGTH);
    }
  }

  private static void header(
      DataOutputStream out,
      Set<String> sources,
      Set<String> superseded,
      int packs,
      int blocks,
      long chunks)
      throws IOException {
    out.write(IndexRun.MAGIC);
    out.writeInt(sources.size());
    out.writeInt(packs);
    out.writeInt(blocks);
    out.writeInt(superseded.size());
    out.writeLong(chunks);
    for (String source : sources) {
      out.write(HexFormat.of().parseHex(source));
    }
    for (String name : superseded) {
      out.write(HexFormat.of().parseHex(name));
    }
  }

  private static void packRow(DataOutputStream out, PackSummary pack, int firstBlock, int blocks)
      throws IOException {
    out.write(pack.name().rawBytes());
    out.writeInt(pack.size());
    out.writeInt(pack.kind().code());
    out.writeInt(firstBlock);
    out.writeInt(blocks);
    out.write(pack.directory().domain().rawBytes());
    out.write(pack.epoch().rawBytes());
    out.write(pack.salt().rawBytes());
  }

  private static void copyPacks(DataOutputStream out, IndexRun run, int blockBase)
      throws IOException {
    byte[] rows = run.packTable().toArray(ValueLayout.JAVA_BYTE);
    java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(rows);
    for (int at = 0; at < rows.length; at += IndexRun.PACK) {
      buffer.putInt(at + 40, buffer.getInt(at + 40) + blockBase);
    }
    out.write(rows);
  }

  private static void blockRows(DataOutputStream out, List<BlockDescriptor> blocks)
      throws IOException {
    int offset = ObjectHeader.LENGTH;
    for (BlockDescriptor block : blocks) {
      out.writeInt(offset);
      out.writeInt(block.sealedLength());
      out.writeInt(block.plainLength());
      out.writeByte(block.codec());
      out.writeByte(block.filter());
      out.writeShort(0);
      offset += block.sealedLength();
    }
  }

  private static void chunkRow(DataOutputStream out, int pack, PlacedChunk chunk)
      throws IOException {
    out.write(chunk.id().rawBytes());
    out.writeInt(pack);
    out.writeInt(chunk.firstBlock());
    out.writeInt(chunk.offset());
    out.writeInt(chunk.kind().code() << 24 | chunk.length());
  }

  private static void copy(DataOutputStream out, MemorySegment segment) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (long at = 0; at < segment.byteSize(); at += buffer.length) {
      int length = (int) Math.min(buffer.length, segment.byteSize() - at);
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, buffer, 0, length);
      out.write(buffer, 0, length);
    }
  }

  @FunctionalInterface
  private interface Body {
    void writeTo(DataOutputStream out) throws IOException;
  }

  private static void checked(OutputStream file, Body body) throws IOException {
    CRC32C crc = new CRC32C();
    DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(new CheckedOutputStream(file, crc), 1 << 16));
    body.writeTo(out);
    out.flush();
    out.writeInt((int) crc.getValue());
    out.flush();
  }
}
