package io.holdfast.repository;

import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.List;
import java.util.stream.Stream;

/**
 * Packs that the index names and that the storage does not have, or not with that size. Takes one
 * listing to find and sixteen bytes for each pack meanwhile; afterwards eight bytes for each lost
 * one. Packs that are put later are not among them. Immutable.
 */
final class LostPacks {
  static final LostPacks NONE = new LostPacks(new PackSet());

  private final PackSet keys;
  private final boolean unnamed;

  LostPacks(PackSet keys) {
    this(keys, false);
  }

  private LostPacks(PackSet keys, boolean unnamed) {
    this.keys = keys;
    this.unnamed = unnamed;
  }

  /**
   * Compares the index with what is there. The runs must have been read before, so that what other
   * writers put meanwhile is not taken for lost.
   */
  static LostPacks find(ObjectStore store, List<IndexRun> runs) {
    PackSet named = named(runs);
    PackSet there = new PackSet();
    boolean[] unnamed = {false};
    try (Stream<ObjectStat> packs = NameForm.PACK.list(store)) {
      packs.forEach(
          pack -> {
            PackName name = PackName.ofObject(pack.name());
            there.add(sized(name.key(), pack.size()));
            unnamed[0] |= !named.contains(name.key());
          });
    }
    there.sorted();
    PackSet lost = new PackSet();
    for (IndexRun run : runs) {
      for (int pack = 0; pack < run.packCount(); pack++) {
        if (!there.contains(sized(run.packKey(pack), run.packSize(pack)))) {
          lost.add(run.packKey(pack));
        }
      }
    }
    return new LostPacks(lost.sorted(), unnamed[0]);
  }

  /** The packs that these runs name. */
  static PackSet named(List<IndexRun> runs) {
    PackSet named = new PackSet();
    for (IndexRun run : runs) {
      for (int pack = 0; pack < run.packCount(); pack++) {
        named.add(run.packKey(pack));
      }
    }
    return named.sorted();
  }

  /** Whether the listing also had packs that the index does not name. */
  boolean foundUnnamed() {
    return unnamed;
  }

  /** One key of a name and a size. */
  private static long sized(long nameKey, long size) {
    return nameKey ^ size * 0x9E3779B97F4A7C15L;
  }

  /** Tells people of packs that are not there, as far as that loses anything. */
  static void warnOfLost(ChunkIndex index) {
    index.withoutDamage(
        () -> {
          UnreplacedChunks.find(
              index,
              index.runs(),
              (pack, unreplaced) -> {
                if (unreplaced > 0) {
                  index.notes().warn(lost(pack, unreplaced));
                }
              });
          return true;
        });
  }

  private static String lost(IndexedPack pack, long unreplaced) {
    return pack
        + " is missing or has another size; "
        + DamagedPacks.inNoOther(unreplaced)
        + ": what the sources still have of them is stored again";
  }

  boolean contains(IndexedPack pack) {
    return !keys.isEmpty() && keys.contains(pack.key());
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }
}
