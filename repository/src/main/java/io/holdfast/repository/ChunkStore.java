package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectStore;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Takes chunks, and stores those that the repository does not have: gathers small ones, compresses,
 * fills packs, puts them, and writes the index of what is durable. The calling threads do the work,
 * so the more of them, the more cores are used; when packs cannot be put fast enough, they wait.
 */
final class ChunkStore implements ChunkSink, AutoCloseable {
  /** Packs that an index object names at most; until then a crash loses what they hold. */
  private static final int PACKS_PER_INDEX = 16;

  /** As above, of chunks: so many are kept in memory, by id and by place. */
  private static final int CHUNKS_PER_INDEX = 2 * PackDirectory.MAX_CHUNKS;

  /** New bytes after which ciphers are made fast: before that it takes longer than it saves. */
  private static final long WARM_UP_FROM = 4 << 20;

  private final Runnable alive;
  private final ChunkIndex index;
  private final ChunkHashing hashing;
  private final Compressor compressor;
  private final IndexObjects indexObjects;
  private final PackUploads uploads;
  private final Map<PackKind, OpenPack> open = new EnumMap<>(PackKind.class);
  private final Set<ChunkId> underway = ConcurrentHashMap.newKeySet();
  private final ReferencedPacks referenced = new ReferencedPacks();
  private final Object unindexedLock = new Object();
  private List<PackSummary> unindexed = new ArrayList<>();
  private int unindexedChunks;
  private final LongAdder newChunks = new LongAdder();
  private final LongAdder newBytes = new LongAdder();
  private final LongAdder knownBytes = new LongAdder();
  private final AtomicBoolean warm = new AtomicBoolean();

  /**
   * @param alive throws when the session has ended: then no chunk is taken any more
   */
  ChunkStore(
      Runnable alive,
      ObjectStore store,
      ObjectKeys keys,
      ChunkIndex index,
      ChunkHashing hashing,
      Compression compression,
      RandomGenerator random) {
    this.alive = alive;
    this.index = index;
    this.hashing = hashing;
    this.compressor = new Compressor(compression);
    this.indexObjects = new IndexObjects(store, keys, random);
    this.uploads = new PackUploads(store, this::durable);
    for (PackKind kind : PackKind.values()) {
      open.put(kind, new OpenPack(keys, kind, random));
    }
  }

  @Override
  public ChunkId put(ChunkKind kind, byte[] bytes, int offset, int length) {
    ChunkId id = hashing.chunkId(kind, bytes, offset, length);
    if (isNew(id, length)) {
      store(id, kind, bytes, offset, length, 0);
    }
    return id;
  }

  /** Stores a chunk of pages whose id was computed from their hashes, and those hashes with it. */
  void putPages(
      ChunkId id, byte[] hashes, int hashesLength, byte[] pages, int length, int pageSize) {
    if (isNew(id, length)) {
      store(id, ChunkKind.PAGES, pages, 0, length, pageSize);
    }
    // Apart from the pages: a writer that died may have left the one without the other.
    ChunkId hashesId = hashing.pageHashesId(id);
    if (isNew(hashesId, hashesLength)) {
      store(hashesId, ChunkKind.PAGE_HASHES, hashes, 0, hashesLength, 0);
    }
  }

  /**
   * Notes that the backup needs a chunk, and the page hashes that go with it if it holds pages.
   *
   * @return false when the repository does not have it
   */
  boolean reference(ChunkId id) {
    ChunkLocation location = index.find(id);
    if (location == null) {
      return underway.contains(id);
    }
    index.need(location.pack());
    referenced.mark(location.pack());
    return location.kind() != ChunkKind.PAGES || reference(hashing.pageHashesId(id));
  }

  /** Notes damage to an earlier backup that only costs comparing with it. */
  void damaged(UnusableObjectException damage) {
    index.notes().warn(damage.getMessage() + "; what it says is read and stored again");
  }

  private boolean isNew(ChunkId id, int length) {
    alive.run();
    uploads.check();
    ChunkLocation location = index.find(id);
    if (location != null) {
      referenced.mark(location.pack());
    }
    if (location != null || !underway.add(id)) {
      knownBytes.add(length);
      return false;
    }
    newChunks.increment();
    newBytes.add(length);
    if (!warm.get() && newBytes.sum() >= WARM_UP_FROM && warm.compareAndSet(false, true)) {
      var _ = CipherWarmUp.start();
    }
    return true;
  }

  private void store(
      ChunkId id, ChunkKind kind, byte[] bytes, int offset, int length, int pageSize) {
    OpenPack pack = openPack(kind.pack());
    if (length >= SmallChunks.LIMIT) {
      pack.add(BlockGroup.of(id, kind, bytes, offset, length, pageSize, compressor));
      return;
    }
    SmallChunks.Gathered gathered = pack.small(pageSize).add(id, kind, bytes, offset, length);
    if (gathered != null) {
      pack.add(gathered.compress(compressor, pageSize));
    }
  }

  private OpenPack openPack(PackKind kind) {
    return java.util.Objects.requireNonNull(open.get(kind));
  }

  /** The pack of one kind that is being filled. */
  private final class OpenPack {
    private final ObjectKeys keys;
    private final PackKind kind;
    private final RandomGenerator random;

    /** By page size: pages are prepared for compression, so nothing else is put among them. */
    private final ConcurrentMap<Integer, SmallChunks> small = new ConcurrentHashMap<>();

    private @Nullable PackBuilder builder;

    OpenPack(ObjectKeys keys, PackKind kind, RandomGenerator random) {
      this.keys = keys;
      this.kind = kind;
      this.random = random;
    }

    SmallChunks small(int pageSize) {
      return small.computeIfAbsent(pageSize, size -> new SmallChunks());
    }

    void add(BlockGroup group) {
      PackBuilder full = null;
      PackBuilder crowded = null;
      synchronized (this) {
        if (builder != null && !builder.hasRoomFor(group)) {
          crowded = builder;
          builder = null;
        }
        if (builder == null) {
          builder = new PackBuilder(keys, kind, DomainId.DEFAULT, RandomId.next(random));
        }
        builder.add(group);
        if (builder.isFull()) {
          full = builder;
          builder = null;
        }
      }
      submit(crowded);
      submit(full);
    }

    void flush() {
      small.forEach(
          (pageSize, chunks) -> {
            SmallChunks.Gathered gathered = chunks.take();
            if (gathered != null) {
              add(gathered.compress(compressor, pageSize));
            }
          });
      PackBuilder rest = null;
      synchronized (this) {
        if (builder != null) {
          rest = builder;
          builder = null;
        }
      }
      submit(rest);
    }

    private void submit(@Nullable PackBuilder pack) {
      if (pack != null) {
        uploads.submit(pack);
      }
    }
  }

  private void durable(PackSummary pack) {
    synchronized (unindexedLock) {
      unindexed.add(pack);
      unindexedChunks += pack.directory().chunks().size();
      if (unindexed.size() >= PACKS_PER_INDEX || unindexedChunks >= CHUNKS_PER_INDEX) {
        writeIndex();
      }
    }
  }

  private void writeIndex() {
    if (unindexed.isEmpty()) {
      return;
    }
    List<PackSummary> packs = unindexed;
    unindexed = new ArrayList<>();
    unindexedChunks = 0;
    String name = indexObjects.write(packs);
    index.add(name, packs);
    for (PackSummary pack : packs) {
      for (PlacedChunk chunk : pack.directory().chunks()) {
        ChunkLocation location = index.find(chunk.id());
        if (location != null) {
          referenced.mark(location.pack());
        }
        underway.remove(chunk.id());
      }
    }
  }

  /**
   * Makes all chunks durable and indexed. Nobody may put chunks meanwhile.
   *
   * @throws RepositoryException when a chunk that was put got lost on its way, as in a thread that
   *     failed: others may have taken it for stored
   */
  void flush() {
    openPack(PackKind.DATA).flush();
    openPack(PackKind.METADATA).flush();
    uploads.await();
    synchronized (unindexedLock) {
      writeIndex();
    }
    index.forgetUnnamed();
    if (!underway.isEmpty()) {
      throw new RepositoryException(
          FailureCategory.INTERNAL,
          underway.size() + " chunks did not reach the storage",
          "Run the backup again.");
    }
  }

  /** The packs that hold what was put or referenced; complete after {@link #flush}. */
  ReferencedPacks referenced() {
    return referenced;
  }

  WriteStatistics statistics() {
    return new WriteStatistics(
        newChunks.sum(), newBytes.sum(), knownBytes.sum(), uploads.storedBytes());
  }

  @Override
  public void close() {
    uploads.close();
    compressor.close();
  }
}
