package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads single chunks of metadata, with a small cache of opened blocks, since neighbours are read
 * one after the other. Thread-safe.
 */
final class ChunkReader implements ChunkSource {
  private static final int CACHED_BLOCKS = 24;

  private final ChunkIndex index;
  private final PackReader packs;
  private final AnyCopy copies;
  private final Map<BlockKey, byte[]> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BlockKey, byte[]> eldest) {
          return size() > CACHED_BLOCKS;
        }
      };

  private record BlockKey(PackName pack, int block) {
    /** By hand, as in {@link ObjectName}. */
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof BlockKey key && block == key.block && pack.equals(key.pack);
    }

    /** By hand, as in {@link ObjectName}. */
    @Override
    public int hashCode() {
      return 31 * pack.hashCode() + block;
    }
  }

  ChunkReader(ChunkIndex index, PackReader packs, ChunkHashing hashing) {
    this.index = index;
    this.packs = packs;
    this.copies = new AnyCopy(index, packs, hashing);
  }

  @Override
  public byte[] get(ChunkId id, ChunkKind kind) {
    ChunkLocation location = index.require(id, kind);
    return copies.read(id, 0, location, number -> block(location.pack(), number));
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

  /** Drops what is cached. */
  void clear() {
    synchronized (cache) {
      cache.clear();
    }
  }
}
