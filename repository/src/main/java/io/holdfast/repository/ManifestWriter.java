package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of one source as a tree of chunks, with little more in memory than one node a
 * level; docs/repository-format.md section 11. For one thread at a time.
 */
public final class ManifestWriter {
  private static final int MIN_NODE = 32 << 10;
  private static final int MAX_NODE = 256 << 10;
  private static final int CUT = 128;
  private static final int MAX_ENTRY = 3 << 20;

  private final ChunkSink sink;
  private final List<OpenNode> levels = new ArrayList<>();
  private @Nullable BytePath last;
  private long entries;
  private long bytes;

  ManifestWriter(ChunkSink sink) {
    this.sink = sink;
    levels.add(new OpenNode(0));
  }

  /**
   * Adds the next entry.
   *
   * @throws IllegalArgumentException when its path does not come after the one before, or steps out
   *     of the tree
   */
  public void add(Entry entry) {
    BytePath path = entry.path();
    if (!path.isBeneath()) {
      throw new IllegalArgumentException("not a path of a manifest: " + path);
    }
    if (last != null && last.compareTo(path) >= 0) {
      throw new IllegalArgumentException(path + " does not come after " + last);
    }
    last = path;
    byte[] encoded = EntryCodec.encode(entry);
    if (encoded.length > MAX_ENTRY) {
      throw new RepositoryException(
          FailureCategory.UNSUPPORTED,
          "the metadata of " + path + " takes " + encoded.length + " bytes",
          "Exclude it, or remove extended attributes from it.");
    }
    entries++;
    bytes += entry.size();
    OpenNode leaf = levels.getFirst();
    leaf.out.varint(encoded.length).bytes(encoded);
    added(0, path, 1, entry.size());
  }

  /** Writes what is left. Nothing may be added afterwards. */
  public ManifestRef finish() {
    for (int level = 0; ; level++) {
      OpenNode node = levels.get(level);
      if (level == levels.size() - 1) {
        ChunkId only = node.onlyChild;
        if (level > 0 && node.records == 1 && only != null) {
          return new ManifestRef(only, level - 1, entries, bytes);
        }
        return new ManifestRef(store(node), level, entries, bytes);
      }
      if (node.records > 0) {
        end(level);
      }
    }
  }

  private void added(int level, BytePath path, long entryCount, long byteCount) {
    OpenNode node = levels.get(level);
    if (node.first == null) {
      node.first = path;
    }
    node.records++;
    node.entries += entryCount;
    node.bytes += byteCount;
    int size = node.out.size();
    if (size >= MAX_NODE || (size >= MIN_NODE && cutsAfter(path))) {
      end(level);
    }
  }

  private static boolean cutsAfter(BytePath path) {
    CRC32C crc = new CRC32C();
    crc.update(path.bytes());
    return crc.getValue() % CUT == 0;
  }

  private void end(int level) {
    OpenNode node = levels.get(level);
    ChunkId id = store(node);
    BytePath first = java.util.Objects.requireNonNull(node.first);
    if (level + 1 == levels.size()) {
      levels.add(new OpenNode(level + 1));
    }
    OpenNode parent = levels.get(level + 1);
    parent.out.bytes(id.rawBytes()).varint(first.length()).bytes(first.bytes());
    parent.out.varint(node.entries).varint(node.bytes);
    parent.onlyChild = id;
    long entryCount = node.entries;
    long byteCount = node.bytes;
    node.clear();
    added(level + 1, first, entryCount, byteCount);
  }

  private ChunkId store(OpenNode node) {
    byte[] encoded = node.out.toBytes();
    return sink.put(ChunkKind.MANIFEST_NODE, encoded, 0, encoded.length);
  }

  private static final class OpenNode {
    private final int depth;
    private final Encoder out = new Encoder(MIN_NODE * 2);
    private @Nullable BytePath first;
    private @Nullable ChunkId onlyChild;
    private int records;
    private long entries;
    private long bytes;

    OpenNode(int depth) {
      this.depth = depth;
      clear();
    }

    void clear() {
      out.reset();
      out.u8(depth);
      first = null;
      onlyChild = null;
      records = 0;
      entries = 0;
      bytes = 0;
    }
  }
}
