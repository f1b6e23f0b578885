package io.holdfast.repository;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says where each chunk of a repository lies. Thread-safe; grows while a backup is written. */
final class ChunkIndex implements AutoCloseable {
  private final IndexCache cache;
  private final IndexObjects objects;
  private final DamageNotes notes;

  /** All that are still referred to, as those are that were merged while somebody searches them. */
  private final Set<IndexRun> opened = Collections.newSetFromMap(new WeakHashMap<>());

  private final DamagedCopies damagedCopies = new DamagedCopies();
  private volatile List<IndexRun> runs;

  /** What is searched: the runs, and after them what was missed in them, if anything was. */
  private volatile List<IndexRun> searched;

  /** The packs that no index object names, once a chunk was missed. */
  private @Nullable IndexRun unnamedRun;

  private boolean lookedForUnnamed;
  private volatile UnnamedPacks unnamed = UnnamedPacks.NONE;
  private volatile LostPacks lostPacks = LostPacks.NONE;

  private ChunkIndex(
      IndexCache cache, IndexObjects objects, List<IndexRun> runs, DamageNotes notes) {
    this.notes = notes;
    this.cache = cache;
    this.objects = objects;
    this.runs = List.copyOf(runs);
    this.searched = this.runs;
    opened.addAll(runs);
  }

  static ChunkIndex load(IndexCache cache, IndexObjects objects, DamageNotes notes) {
    return new ChunkIndex(cache, objects, cache.load(objects), notes);
  }

  /**
   * Where the chunk lies, or null when the repository does not have it: copies that are known to be
   * lost or damaged do not count.
   */
  @Nullable ChunkLocation find(ChunkId id) {
    return withoutDamage(() -> findInRuns(id));
  }

  private @Nullable ChunkLocation findInRuns(ChunkId id) {
    for (IndexRun run : searched) {
      ChunkLocation location = run.find(id);
      if (location == null) {
        continue;
      }
      if (isUsable(location)) {
        return location;
      }
      for (ChunkLocation copy : run.copies(id)) {
        if (isUsable(copy)) {
          return copy;
        }
      }
    }
    return null;
  }

  /** All copies of a chunk, those last that are known to be lost or damaged. */
  List<ChunkLocation> copies(ChunkId id) {
    return withoutDamage(() -> copiesInRuns(id));
  }

  private List<ChunkLocation> copiesInRuns(ChunkId id) {
    List<ChunkLocation> copies = new ArrayList<>();
    for (IndexRun run : searched) {
      copies.addAll(run.copies(id));
    }
    copies.sort(Comparator.comparing(copy -> !isUsable(copy)));
    return copies;
  }

  private boolean isUsable(ChunkLocation copy) {
    return !lostPacks.contains(copy.pack()) && !damagedCopies.contains(copy);
  }

  /** Says which packs do not count any more; replaces what was said before. */
  void leaveOut(LostPacks packs) {
    lostPacks = packs;
  }

  LostPacks lostPacks() {
    return lostPacks;
  }

  /** Where people are told of damage that was got over. */
  DamageNotes notes() {
    return notes;
  }

  /** Copies that turned out damaged when they were read. */
  DamagedCopies damagedCopies() {
    return damagedCopies;
  }

  /**
   * Where a chunk lies that a backup refers to; a copy that is known to be lost or damaged only if
   * there is no other. When it is not known, index objects that other writers put since the index
   * was loaded are taken in, and then, once, the packs that no index object names.
   *
   * @throws CorruptObjectException when no pack has it
   */
  ChunkLocation require(ChunkId id) {
    ChunkLocation location = find(id);
    if (location == null) {
      List<ChunkLocation> copies = copies(id);
      if (copies.isEmpty()) {
        refresh();
        copies = copies(id);
      }
      if (copies.isEmpty() && takeInUnnamed()) {
        copies = copies(id);
      }
      if (copies.isEmpty()) {
        throw new CorruptObjectException("chunk " + id, "no pack that can be read has it");
      }
      location = copies.getFirst();
    }
    need(location.pack());
    return location;
  }

  /** Notes that a backup that exists refers to what is in a pack. */
  void need(IndexedPack pack) {
    if (unnamed.need(pack)) {
      notes.warn(
          "index objects were lost: a backup needs "
              + pack
              + ", and none names it; what is in it was read from the pack itself, and backups put"
              + " such index objects again");
    }
  }

  /**
   * Takes in the packs that no index object names, unless that was done before.
   *
   * @return whether it was done now
   */
  synchronized boolean takeInUnnamed() {
    if (lookedForUnnamed) {
      return false;
    }
    lookedForUnnamed = true;
    IndexRun run = withoutDamage(() -> cache.unnamed(objects, runs));
    opened.add(run);
    unnamedRun = run;
    unnamed = new UnnamedPacks(LostPacks.named(List.of(run)));
    use(runs);
    return true;
  }

  /**
   * Puts index objects for the packs that none names: a backup may refer only to what the index
   * names.
   */
  synchronized void nameUnnamed() {
    refresh();
    lookedForUnnamed = true;
    unnamedRun = null;
    use(runs);
    PackSet named = new PackSet();
    withoutDamage(
        () -> {
          objects
              .rebuild()
              .run(
                  runs,
                  packs -> {
                    add(objects.write(packs), packs);
                    packs.forEach(pack -> named.add(pack.name().key()));
                  });
          return true;
        });
    unnamed = new UnnamedPacks(named.sorted());
  }

  /** How many packs backups turned out to need that no index object named. */
  int neededUnnamed() {
    return unnamed.neededCount();
  }

  /** Takes packs that were not named for those of any other writer from now on. */
  void forgetUnnamed() {
    unnamed = UnnamedPacks.NONE;
  }

  /**
   * As above, and the copy is not known to be lost or damaged.
   *
   * @throws CorruptObjectException when there is no such copy
   */
  ChunkLocation requireWhole(ChunkId id, ChunkKind kind) {
    require(id, kind);
    return requireWhole(id);
  }

  /** As above, of a chunk of any kind. */
  ChunkLocation requireWhole(ChunkId id) {
    ChunkLocation location = require(id);
    if (!isUsable(location)) {
      throw new CorruptObjectException(
          "chunk " + id, location.pack() + ", which has it, is missing or damaged");
    }
    return location;
  }

  /** As above, of a chunk of this kind. */
  ChunkLocation require(ChunkId id, ChunkKind kind) {
    ChunkLocation location = require(id);
    if (location.kind() != kind) {
      throw new CorruptObjectException(
          "chunk " + id, "it is of kind " + location.kind() + ", not " + kind);
    }
    return location;
  }

  /** What the index objects say. */
  List<IndexRun> runs() {
    return runs;
  }

  /**
   * Does something that reads the runs. When that meets a damaged file of the cache, the file is
   * made again from the repository, and it is done once more.
   */
  <T extends @Nullable Object> T withoutDamage(Supplier<T> action) {
    for (int attempt = 1; ; attempt++) {
      try {
        return action.get();
      } catch (DamagedCacheException e) {
        if (attempt > MergePolicy.MAX_RUNS) {
          throw e;
        }
        replace(e);
      }
    }
  }

  private synchronized void replace(DamagedCacheException damaged) {
    IndexRun lookedUp = unnamedRun;
    if (lookedUp != null && lookedUp.file().equals(damaged.file())) {
      unnamedRun = null;
      lookedForUnnamed = false;
      use(runs);
      return;
    }
    List<IndexRun> whole = new ArrayList<>(runs);
    DamagedCacheException next = damaged;
    while (whole.removeAll(runsOf(next.file(), whole))) {
      try {
        use(cache.refresh(whole, objects));
        return;
      } catch (DamagedCacheException another) {
        next = another;
      }
    }
    if (next != damaged) {
      throw next; // one that was made a moment ago
    }
  }

  private static List<IndexRun> runsOf(Path file, List<IndexRun> among) {
    return among.stream().filter(run -> run.file().equals(file)).toList();
  }

  /** Takes in the index objects that were put since, and leaves out what they supersede. */
  synchronized void refresh() {
    withoutDamage(
        () -> {
          use(cache.refresh(runs, objects));
          return true;
        });
  }

  private void use(List<IndexRun> now) {
    opened.addAll(now);
    runs = List.copyOf(now);
    List<IndexRun> all = new ArrayList<>(now);
    if (unnamedRun != null) {
      all.add(unnamedRun);
    }
    searched = List.copyOf(all);
  }

  /** Adds what an index object says that was just written. */
  synchronized void add(String indexObject, List<PackSummary> packs) {
    List<IndexRun> more = new ArrayList<>(runs);
    more.add(cache.write(Set.of(indexObject), Set.of(), packs));
    use(more);
    withoutDamage(
        () -> {
          use(cache.compact(runs));
          return true;
        });
  }

  @Override
  public synchronized void close() {
    runs = List.of();
    searched = List.of();
    opened.forEach(IndexRun::close);
    opened.clear();
  }
}
