package io.holdfast.repository;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the data of an {@link IndexRun} is laid out, and where its tables are. Big-endian.
 *
 * <pre>
 *   header    "HFRUN003" | u32 sources | u32 packs | u32 blocks | u32 superseded | u64 chunks
 *   sources   bytes[32] names of the index objects that this run stands for
 *   superseded bytes[32] names of the index objects that those replace
 *   packs     bytes[32] name | u32 size | u32 kind | u32 first block | u32 blocks | bytes[16] domain
 *             | bytes[16] epoch | bytes[16] salt
 *   blocks    u32 offset | u32 sealed length | u32 plain length | u8 codec | u8 filter | u16 0
 *   chunks    bytes[32] id | u32 pack | u32 first block | u32 offset | u8 kind, u24 length    sorted by id
 * </pre>
 */
record RunLayout(int sources, int superseded, int packs, int blocks, long chunks) {
  private static final byte[] MAGIC = {'H', 'F', 'R', 'U', 'N', '0', '0', '3'};
  private static final int HEADER = 32;
  private static final int SOURCE = 32;

  /** Bytes of a row, as are the next two. */
  static final int PACK = 96;

  static final int BLOCK = 16;
  static final int CHUNK = 48;

  /** Where in a row of a pack its first block is. */
  static final int FIRST_BLOCK = 40;

  /** Null when the data is not that of a run. */
  static @Nullable RunLayout read(CheckedFile data) {
    if (data.length() < HEADER || !Arrays.equals(data.read(0, MAGIC.length), MAGIC)) {
      return null;
    }
    RunLayout layout =
        new RunLayout(
            data.getInt(8), data.getInt(20), data.getInt(12), data.getInt(16), data.getLong(24));
    return layout.fills(data.length()) ? layout : null;
  }

  private boolean fills(long length) {
    return sources >= 0
        && superseded >= 0
        && packs >= 0
        && blocks >= 0
        && chunks >= 0
        && chunks <= length / CHUNK
        && chunkAt(chunks) == length;
  }

  void writeHeader(DataOutputStream out, Set<String> sourceNames, Set<String> supersededNames)
      throws IOException {
    out.write(MAGIC);
    out.writeInt(sources);
    out.writeInt(packs);
    out.writeInt(blocks);
    out.writeInt(superseded);
    out.writeLong(chunks);
    for (String source : sourceNames) {
      out.write(HexFormat.of().parseHex(source));
    }
    for (String name : supersededNames) {
      out.write(HexFormat.of().parseHex(name));
    }
  }

  /** Names of the index objects, in hexadecimal, that the run stands for. */
  Set<String> sourceNames(CheckedFile data) {
    return names(data, 0, sources);
  }

  /** Names of the index objects that those replace. */
  Set<String> supersededNames(CheckedFile data) {
    return names(data, sources, sources + superseded);
  }

  private static Set<String> names(CheckedFile data, int from, int to) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = from; i < to; i++) {
      names.add(HexFormat.of().formatHex(data.read(HEADER + (long) i * SOURCE, SOURCE)));
    }
    return names;
  }

  long packAt(int pack) {
    return HEADER + ((long) sources + superseded) * SOURCE + (long) pack * PACK;
  }

  long blockAt(long block) {
    return packAt(packs) + block * BLOCK;
  }

  long chunkAt(long chunk) {
    return blockAt(blocks) + chunk * CHUNK;
  }
}
