package io.holdfast.repository;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads single chunks of metadata, with a small cache of opened blocks, since neighbours are read
 * one after the other. Thread-safe.
 */
final class ChunkReader implements ChunkSource {
  private static final int CACHED_BLOCKS = 24;

  private final ChunkIndex index;
  private final PackReader packs;
  private final ChunkHashing hashing;
  private final Map<BlockKey, byte[]> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BlockKey, byte[]> eldest) {
          return size() > CACHED_BLOCKS;
        }
      };

  private record BlockKey(PackName pack, int block) {}

  ChunkReader(ChunkIndex index, PackReader packs, ChunkHashing hashing) {
    this.index = index;
    this.packs = packs;
    this.hashing = hashing;
  }

  @Override
  public byte[] get(ChunkId id, ChunkKind kind) {
    ChunkLocation location = index.require(id, kind);
    byte[] chunk = new byte[location.length()];
    int filled = 0;
    int from = location.offset();
    for (int block = location.firstBlock(); filled < chunk.length; block++) {
      byte[] plain = block(location.pack(), block);
      int part = Math.min(plain.length - from, chunk.length - filled);
      System.arraycopy(plain, from, chunk, filled, part);
      filled += part;
      from = 0;
    }
    verify(id, location, chunk);
    return chunk;
  }

  private byte[] block(IndexedPack pack, int number) {
    BlockKey key = new BlockKey(pack.name(), number);
    synchronized (cache) {
      byte[] cached = cache.get(key);
      if (cached != null) {
        return cached;
      }
    }
    byte[] plain = packs.fetch(pack, number, number).open(number);
    synchronized (cache) {
      cache.put(key, plain);
    }
    return plain;
  }

  /** Page hashes are checked by whoever knows the chunk that they belong to. */
  private void verify(ChunkId id, ChunkLocation location, byte[] chunk) {
    if (location.kind() != ChunkKind.PAGE_HASHES
        && !hashing.chunkId(location.kind(), chunk, 0, chunk.length).equals(id)) {
      throw new CorruptObjectException(
          location.pack() + " chunk " + id, "its bytes do not have the id that names it");
    }
  }

  /** Drops what is cached. */
  void clear() {
    synchronized (cache) {
      cache.values().forEach(block -> Arrays.fill(block, (byte) 0));
      cache.clear();
    }
  }
}
