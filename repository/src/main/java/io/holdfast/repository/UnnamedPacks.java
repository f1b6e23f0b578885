package io.holdfast.repository;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Packs that no index object named, and how many of them backups turned out to need. A writer that
 * died leaves such packs, and nobody needs them; one that is needed shows that index objects were
 * lost. Thread-safe; eight bytes a pack, and a bit for each that is needed.
 */
final class UnnamedPacks {
  static final UnnamedPacks NONE = new UnnamedPacks(new PackSet());

  private final PackSet packs;
  private final ReferencedPacks needed = new ReferencedPacks();
  private final AtomicBoolean anyNeeded = new AtomicBoolean();

  /**
   * @param packs sorted
   */
  UnnamedPacks(PackSet packs) {
    this.packs = packs;
  }

  /**
   * Notes that a backup needs a pack.
   *
   * @return whether it is one of these, and the first of them that is needed
   */
  boolean need(IndexedPack pack) {
    if (packs.isEmpty() || !packs.contains(pack.key())) {
      return false;
    }
    needed.mark(pack);
    return anyNeeded.compareAndSet(false, true);
  }

  int neededCount() {
    return needed.count();
  }
}
