package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a stream of extents into an {@link ExtentList}: a short one inline, a long one as a tree of
 * content nodes, so that memory does not grow with the file. Touching extents are joined.
 */
final class ExtentWriter {
  private static final int INLINE = 16;
  private static final int LEAF = 1024;
  private static final int FANOUT = 1024;

  private final ChunkSink sink;
  private final long stride;
  private final List<Extent> leaf = new ArrayList<>();
  private final List<List<ExtentList.Node>> levels = new ArrayList<>();
  private @Nullable Extent last;
  private long written;

  /**
   * @param stride a leaf ends at each multiple of this many bytes of the file, so that a change
   *     moves no other leaf; 0 to end leaves by size alone
   */
  ExtentWriter(ChunkSink sink, long stride) {
    this.sink = sink;
    this.stride = stride;
  }

  /** Adds the next extent. With a stride, none may reach over a multiple of it. */
  void add(Extent extent) {
    if (extent.length() == 0) {
      return;
    }
    Extent joined = last == null ? extent : last.joinedWith(extent);
    if (joined == null) {
      leaf.add(java.util.Objects.requireNonNull(last));
      last = extent;
    } else {
      last = joined;
    }
    written += extent.length();
    boolean full = stride == 0 ? leaf.size() >= LEAF : written % stride == 0;
    if (full) {
      endLeaf();
    }
  }

  ExtentList finish() {
    if (levels.isEmpty()) {
      if (last != null) {
        leaf.add(last);
        last = null;
      }
      if (leaf.size() <= INLINE) {
        return new ExtentList.Leaf(leaf);
      }
    }
    endLeaf();
    for (int level = 0; ; level++) {
      List<ExtentList.Node> nodes = levels.get(level);
      if (level == levels.size() - 1) {
        return new ExtentList.Inner(level + 1, nodes);
      }
      if (!nodes.isEmpty()) {
        endLevel(level);
      }
    }
  }

  private void endLeaf() {
    if (last != null) {
      leaf.add(last);
      last = null;
    }
    if (!leaf.isEmpty()) {
      add(0, store(new ExtentList.Leaf(leaf)));
      leaf.clear();
    }
  }

  private void add(int level, ExtentList.Node node) {
    if (level == levels.size()) {
      levels.add(new ArrayList<>());
    }
    List<ExtentList.Node> nodes = levels.get(level);
    nodes.add(node);
    if (nodes.size() >= FANOUT) {
      endLevel(level);
    }
  }

  private void endLevel(int level) {
    List<ExtentList.Node> nodes = levels.get(level);
    ExtentList.Node node = store(new ExtentList.Inner(level + 1, nodes));
    nodes.clear();
    add(level + 1, node);
  }

  private ExtentList.Node store(ExtentList list) {
    Encoder out = new Encoder();
    out.u8(list.depth());
    list.encode(out);
    byte[] bytes = out.toBytes();
    return new ExtentList.Node(
        sink.put(ChunkKind.CONTENT_NODE, bytes, 0, bytes.length), list.length());
  }
}
