package io.holdfast.repository;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Writes what one index object says as an {@link IndexRun}. */
final class IndexRunWriter {
  private IndexRunWriter() {}

  /** Sorts in memory: an index object is bounded. */
  static void write(
      OutputStream file, Set<String> sources, Set<String> superseded, List<PackSummary> packs)
      throws IOException {
    record Row(int pack, PlacedChunk chunk) {}
    List<Row> rows = new ArrayList<>(packs.stream().mapToInt(IndexRunWriter::chunks).sum());
    int blocks = 0;
    for (int i = 0; i < packs.size(); i++) {
      for (PlacedChunk chunk : packs.get(i).directory().chunks()) {
        rows.add(new Row(i, chunk));
      }
      blocks += packs.get(i).directory().blocks().size();
    }
    rows.sort(Comparator.comparing(row -> row.chunk().id()));
    RunLayout layout =
        new RunLayout(sources.size(), superseded.size(), packs.size(), blocks, rows.size());
    checked(
        file,
        out -> {
          layout.writeHeader(out, sources, superseded);
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

  private static int chunks(PackSummary pack) {
    return pack.directory().chunks().size();
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

  @FunctionalInterface
  interface Body {
    void writeTo(DataOutputStream out) throws IOException;
  }

  /** Writes a body as a {@link CheckedFile}. */
  static void checked(OutputStream file, Body body) throws IOException {
    CheckedOutput checked = new CheckedOutput(file);
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(checked, 1 << 16));
    body.writeTo(out);
    out.flush();
    checked.finish();
  }
}
