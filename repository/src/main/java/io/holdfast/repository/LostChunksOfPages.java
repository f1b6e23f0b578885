package io.holdfast.repository;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers pages whose chunks the repository lost, each chunk by itself: when all of its pages are
 * still there, what is stored is that chunk again, and earlier backups can be read. For one thread.
 */
final class LostChunksOfPages {
  /** Chunks that are gathered at once; with more, the oldest is stored with what it has. */
  private static final int MAX_CHUNKS = 4;

  private final int pageSize;
  private final BufferPool buffers;
  private final Map<ChunkId, ChangedPages> chunks = new LinkedHashMap<>();

  LostChunksOfPages(int pageSize, BufferPool buffers) {
    this.pageSize = pageSize;
    this.buffers = buffers;
  }

  /** Where the pages of a chunk are gathered. */
  ChangedPages of(ChunkId chunk) {
    return chunks.computeIfAbsent(chunk, _ -> new ChangedPages(pageSize, buffers));
  }

  /** Gives away a chunk that is to be stored: it has all of its pages, or there are too many. */
  @Nullable ChangedPages takeReady(ChunkId chunk, int pagesInChunk) {
    ChangedPages gathered = chunks.get(chunk);
    if (gathered != null && (gathered.size() == pagesInChunk || gathered.isFull())) {
      chunks.remove(chunk);
      return gathered;
    }
    if (chunks.size() > MAX_CHUNKS) {
      Iterator<ChangedPages> oldest = chunks.values().iterator();
      ChangedPages taken = oldest.next();
      oldest.remove();
      return taken;
    }
    return null;
  }

  /** Gives away all of them. */
  List<ChangedPages> takeAll() {
    List<ChangedPages> all = List.copyOf(chunks.values());
    chunks.clear();
    return all;
  }
}
