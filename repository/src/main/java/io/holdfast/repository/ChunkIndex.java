package io.holdfast.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says where each chunk of a repository lies. Thread-safe; grows while a backup is written. */
final class ChunkIndex implements AutoCloseable {
  private final IndexCache cache;
  private final List<IndexRun> opened = new ArrayList<>();
  private volatile List<IndexRun> runs;

  private ChunkIndex(IndexCache cache, List<IndexRun> runs) {
    this.cache = cache;
    this.runs = List.copyOf(runs);
    opened.addAll(runs);
  }

  static ChunkIndex load(IndexCache cache, IndexObjects objects) {
    return new ChunkIndex(cache, cache.load(objects));
  }

  /** Where the chunk lies, or null when the repository does not have it. */
  @Nullable ChunkLocation find(ChunkId id) {
    for (IndexRun run : runs) {
      ChunkLocation location = run.find(id);
      if (location != null) {
        return location;
      }
    }
    return null;
  }

  /** Where the chunk lies. */
  ChunkLocation require(ChunkId id, ChunkKind kind) {
    ChunkLocation location = find(id);
    if (location == null) {
      throw new CorruptObjectException("chunk " + id, "no index object names a pack that has it");
    }
    if (location.kind() != kind) {
      throw new CorruptObjectException(
          "chunk " + id, "it is of kind " + location.kind() + ", not " + kind);
    }
    return location;
  }

  List<IndexRun> runs() {
    return runs;
  }

  /** Adds what an index object says that was just written. */
  synchronized void add(String indexObject, List<PackSummary> packs) {
    List<IndexRun> more = new ArrayList<>(runs);
    IndexRun added = cache.write(Set.of(indexObject), packs);
    opened.add(added);
    more.add(added);
    try {
      List<IndexRun> compacted = cache.compact(more);
      compacted.stream().filter(run -> !more.contains(run)).forEach(opened::add);
      runs = List.copyOf(compacted);
    } catch (IOException e) {
      throw new UncheckedIOException("the index cache cannot be used", e);
    }
  }

  @Override
  public synchronized void close() {
    runs = List.of();
    opened.forEach(IndexRun::close);
    opened.clear();
  }
}
