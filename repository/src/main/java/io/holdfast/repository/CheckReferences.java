package io.holdfast.repository;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks manifests and checks that everything they refer to is in packs that count. What several
 * backups share is walked once: one bit for each chunk. For one thread.
 */
final class CheckReferences {
  private final ChunkIndex index;
  private final ChunkReader chunks;
  private final ChunkHashing hashing;
  private final Map<IndexRun, BitSet> seen = new HashMap<>();

  CheckReferences(ChunkIndex index, ChunkReader chunks, ChunkHashing hashing) {
    this.index = index;
    this.chunks = chunks;
    this.hashing = hashing;
  }

  /** Checks a manifest: its root only, or all of it on the deepest level. */
  void check(ManifestRef manifest, VerificationLevel level, Findings findings) {
    findings.check(
        "manifest node " + manifest.root(),
        () -> index.requireWhole(manifest.root(), ChunkKind.MANIFEST_NODE));
    if (level == VerificationLevel.CONTENT) {
      checkNode(manifest.root(), manifest.depth(), findings);
    }
  }

  private boolean isNew(ChunkLocation location) {
    BitSet bits = seen.computeIfAbsent(location.pack().run(), run -> new BitSet());
    int ordinal = Math.toIntExact(location.ordinal());
    boolean isNew = !bits.get(ordinal);
    bits.set(ordinal);
    return isNew;
  }

  private void checkNode(ChunkId id, int depth, Findings findings) {
    String what = "manifest node " + id;
    findings.check(
        what,
        () -> {
          if (!isNew(index.requireWhole(id, ChunkKind.MANIFEST_NODE))) {
            return;
          }
          Decoder in = new Decoder(chunks.get(id, ChunkKind.MANIFEST_NODE), what);
          if (in.u8() != depth) {
            throw in.damaged("it is not on the level where it stands");
          }
          while (in.hasMore()) {
            if (depth == 0) {
              checkEntry(EntryCodec.decode(in.slice(in.size(in.remaining()))), findings);
            } else {
              ChunkId child = ChunkId.read(in);
              in.skip(in.size(in.remaining()));
              in.varint();
              in.varint();
              checkNode(child, depth - 1, findings);
            }
          }
        });
  }

  private void checkEntry(Entry entry, Findings findings) {
    Content content = entry.content();
    if (content != null) {
      try {
        checkList(content.extents());
      } catch (UnusableObjectException e) {
        findings.add("the content of " + entry.path(), String.valueOf(e.getMessage()));
      }
    }
  }

  private void checkList(ExtentList list) {
    switch (list) {
      case ExtentList.Leaf(List<Extent> extents) -> extents.forEach(this::checkExtent);
      case ExtentList.Inner(int depth, List<ExtentList.Node> nodes) -> {
        for (ExtentList.Node node : nodes) {
          if (isNew(index.requireWhole(node.id(), ChunkKind.CONTENT_NODE))) {
            byte[] bytes = chunks.get(node.id(), ChunkKind.CONTENT_NODE);
            Decoder in = new Decoder(bytes, "content node " + node.id());
            int childDepth = in.u8();
            if (childDepth != depth - 1) {
              throw in.damaged("it is not on the level where it stands");
            }
            checkList(ExtentList.decode(in, childDepth));
          }
        }
      }
    }
  }

  private void checkExtent(Extent extent) {
    ChunkId id = extent.chunk();
    if (id == null) {
      return;
    }
    ChunkLocation location = index.requireWhole(id);
    if (extent.offset() + extent.length() > location.length()) {
      throw new CorruptObjectException("chunk " + id, "a file refers to bytes it does not have");
    }
    if (location.kind() == ChunkKind.PAGES && isNew(location)) {
      index.requireWhole(hashing.pageHashesId(id), ChunkKind.PAGE_HASHES);
    }
  }
}
