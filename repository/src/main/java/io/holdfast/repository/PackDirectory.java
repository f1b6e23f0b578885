package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;

/**
 * What a pack holds: its blocks in order and the chunks in them; docs/repository-format.md section
 * 7. The same bytes stand in the pack and in an index object.
 */
record PackDirectory(DomainId domain, List<BlockDescriptor> blocks, List<PlacedChunk> chunks) {
  static final int MAX_CHUNKS = 65_536;
  static final int MAX_BLOCKS = 65_536;

  /** Sealed bytes that a directory has at most. */
  static final int MAX_SEALED = 8 << 20;

  PackDirectory {
    blocks = List.copyOf(blocks);
    chunks = List.copyOf(chunks);
  }

  void encode(Encoder out) {
    out.bytes(domain.rawBytes());
    out.varint(blocks.size());
    blocks.forEach(block -> block.encode(out));
    out.varint(chunks.size());
    chunks.forEach(chunk -> chunk.encode(out));
  }

  /** Where the last block ends in the pack, in bytes. */
  long blocksEnd() {
    return ObjectHeader.LENGTH + blocks.stream().mapToLong(BlockDescriptor::sealedLength).sum();
  }

  /** Reads a directory and checks that every chunk lies within the blocks. */
  static PackDirectory decode(Decoder in) {
    DomainId domain = DomainId.read(in);
    int blockCount = Math.min(in.count(BlockDescriptor.MIN_ENCODED), MAX_BLOCKS + 1);
    if (blockCount > MAX_BLOCKS) {
      throw in.damaged("its directory lists too many blocks");
    }
    List<BlockDescriptor> blocks = new ArrayList<>(blockCount);
    for (int i = 0; i < blockCount; i++) {
      blocks.add(BlockDescriptor.decode(in));
    }
    int chunkCount = in.count(PlacedChunk.MIN_ENCODED);
    if (chunkCount > MAX_CHUNKS) {
      throw in.damaged("its directory lists too many chunks");
    }
    List<PlacedChunk> chunks = new ArrayList<>(chunkCount);
    for (int i = 0; i < chunkCount; i++) {
      PlacedChunk chunk = PlacedChunk.decode(in);
      if (!fits(chunk, blocks)) {
        throw in.damaged("a chunk of its directory lies outside its blocks");
      }
      chunks.add(chunk);
    }
    return new PackDirectory(domain, blocks, chunks);
  }

  private static boolean fits(PlacedChunk chunk, List<BlockDescriptor> blocks) {
    long room = -chunk.offset();
    for (int i = chunk.firstBlock(); i < blocks.size(); i++) {
      room += blocks.get(i).plainLength();
      if (room >= chunk.length()) {
        return chunk.offset() <= blocks.get(chunk.firstBlock()).plainLength();
      }
    }
    return false;
  }
}
