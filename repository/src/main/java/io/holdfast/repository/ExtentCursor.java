package io.holdfast.repository;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks the extents of a content in order, reading content nodes as needed. For one thread. */
final class ExtentCursor {
  private final ChunkSource chunks;
  private final Deque<Iterator<ExtentList.Node>> levels = new ArrayDeque<>();
  private Iterator<Extent> leaf = Collections.emptyIterator();

  ExtentCursor(ExtentList list, ChunkSource chunks) {
    this.chunks = chunks;
    enter(list);
  }

  /** The next extent, or null after the last. */
  @Nullable Extent next() {
    while (!leaf.hasNext()) {
      Iterator<ExtentList.Node> nodes = levels.peek();
      if (nodes == null) {
        return null;
      }
      if (nodes.hasNext()) {
        enter(read(nodes.next()));
      } else {
        levels.pop();
      }
    }
    return leaf.next();
  }

  private void enter(ExtentList list) {
    switch (list) {
      case ExtentList.Leaf(List<Extent> extents) -> leaf = extents.iterator();
      case ExtentList.Inner(int depth, List<ExtentList.Node> nodes) ->
          levels.push(nodes.iterator());
    }
  }

  private ExtentList read(ExtentList.Node node) {
    String what = "content node " + node.id();
    Decoder in = new Decoder(chunks.get(node.id(), ChunkKind.CONTENT_NODE), what);
    ExtentList list = ExtentList.decode(in, in.u8());
    if (list.length() != node.length() || levels.size() > ExtentList.MAX_DEPTH) {
      throw in.damaged("it does not hold what the node above says");
    }
    return list;
  }
}
