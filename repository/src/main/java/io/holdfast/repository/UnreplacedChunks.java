package io.holdfast.repository;

import java.util.List;

/**
 * Chunks that only packs hold which are lost or damaged. Found by walking the index once, which is
 * done only when there are such packs.
 */
final class UnreplacedChunks {
  private UnreplacedChunks() {}

  /** Hears of one pack. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param pack one that is left out of the index
     * @param unreplaced how many of its chunks are in no other pack
     */
    void pack(IndexedPack pack, long unreplaced);
  }

  /** Tells of every pack that the index leaves out. */
  static void find(ChunkIndex index, List<IndexRun> runs, Listener listener) {
    LostPacks lost = index.lostPacks();
    if (lost.isEmpty()) {
      return;
    }
    for (IndexRun run : runs) {
      long[] unreplaced = new long[run.packCount()];
      for (long chunk = 0; chunk < run.chunkCount(); chunk++) {
        IndexedPack pack = run.packOf(chunk);
        if (lost.contains(pack) && index.find(run.chunkId(chunk)) == null) {
          unreplaced[pack.number()]++;
        }
      }
      for (int number = 0; number < run.packCount(); number++) {
        IndexedPack pack = run.pack(number);
        if (lost.contains(pack)) {
          listener.pack(pack, unreplaced[number]);
        }
      }
    }
  }
}
