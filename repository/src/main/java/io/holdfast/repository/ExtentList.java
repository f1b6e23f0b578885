package io.holdfast.repository;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Either the extents of a file in order, or the nodes that hold them; section 10. */
sealed interface ExtentList {
  /** Entries that a list has at most, so that one hostile node cannot fill the memory. */
  int MAX_SIZE = 1 << 17;

  /** Levels that a tree of content has at most. */
  int MAX_DEPTH = 8;

  int depth();

  /** Bytes of the file that the list makes up. */
  long length();

  void encode(Encoder out);

  /** Depth 0. */
  record Leaf(List<Extent> extents) implements ExtentList {
    public Leaf {
      extents = List.copyOf(extents);
    }

    @Override
    public int depth() {
      return 0;
    }

    @Override
    public long length() {
      return extents.stream().mapToLong(Extent::length).sum();
    }

    @Override
    public void encode(Encoder out) {
      Map<ChunkId, Integer> references = new HashMap<>();
      Encoder ids = new Encoder();
      Encoder list = new Encoder();
      for (Extent extent : extents) {
        ChunkId chunk = extent.chunk();
        if (chunk == null) {
          list.varint(0).varint(extent.length());
          continue;
        }
        Integer reference = references.get(chunk);
        if (reference == null) {
          reference = references.size() + 1;
          references.put(chunk, reference);
          ids.bytes(chunk.rawBytes());
        }
        list.varint(reference).varint(extent.length()).varint(extent.offset());
      }
      out.varint(references.size()).bytes(ids.toBytes());
      out.varint(extents.size()).bytes(list.toBytes());
    }
  }

  /** Depth above 0. */
  record Inner(int depth, List<Node> nodes) implements ExtentList {
    public Inner {
      nodes = List.copyOf(nodes);
    }

    @Override
    public long length() {
      return nodes.stream().mapToLong(Node::length).sum();
    }

    @Override
    public void encode(Encoder out) {
      out.varint(nodes.size());
      for (Node node : nodes) {
        out.bytes(node.id().rawBytes()).varint(node.length());
      }
    }
  }

  /** A content node, and how many bytes of the file are under it. */
  record Node(ChunkId id, long length) {}

  static ExtentList decode(Decoder in, int depth) {
    if (depth == 0) {
      return decodeLeaf(in);
    }
    if (depth > MAX_DEPTH) {
      throw in.damaged("a tree of content is too deep");
    }
    int count = bounded(in, in.count(ChunkId.LENGTH + 1));
    List<Node> nodes = new ArrayList<>(count);
    long total = 0;
    for (int i = 0; i < count; i++) {
      nodes.add(new Node(ChunkId.read(in), in.varint()));
      total = sum(in, total, nodes.getLast().length());
    }
    return new Inner(depth, nodes);
  }

  private static Leaf decodeLeaf(Decoder in) {
    int idCount = bounded(in, in.count(ChunkId.LENGTH));
    List<ChunkId> ids = new ArrayList<>(idCount);
    for (int i = 0; i < idCount; i++) {
      ids.add(ChunkId.read(in));
    }
    int count = bounded(in, in.count(2));
    List<Extent> extents = new ArrayList<>(count);
    long total = 0;
    for (int i = 0; i < count; i++) {
      int reference = in.size(idCount);
      long length = in.varint();
      total = sum(in, total, length);
      if (reference == 0) {
        extents.add(Extent.hole(length));
        continue;
      }
      int offset = in.size(PlacedChunk.MAX_LENGTH);
      if (length > PlacedChunk.MAX_LENGTH - offset) {
        throw in.damaged("an extent is longer than a chunk can be");
      }
      extents.add(new Extent(ids.get(reference - 1), offset, length));
    }
    return new Leaf(extents);
  }

  /** A file of more bytes than a long can count would come out negative. */
  private static long sum(Decoder in, long total, long length) {
    if (length > Long.MAX_VALUE - total) {
      throw in.damaged("the lengths in a list of content are too large");
    }
    return total + length;
  }

  private static int bounded(Decoder in, int count) {
    if (count > MAX_SIZE) {
      throw in.damaged("a list of content is too long");
    }
    return count;
  }
}
