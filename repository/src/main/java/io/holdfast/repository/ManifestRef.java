package io.holdfast.repository;

import java.util.Objects;

/**
 * Where a manifest starts, and what is in it.
 *
 * @param root id of the root node
 * @param depth levels above the entries
 * @param entries number of entries
 * @param bytes sum of the lengths of their contents
 */
public record ManifestRef(ChunkId root, int depth, long entries, long bytes) {
  /** Levels that a manifest has at most. */
  static final int MAX_DEPTH = 16;

  public ManifestRef {
    Objects.requireNonNull(root, "root");
    if (depth < 0 || depth > MAX_DEPTH || entries < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "no manifest has depth " + depth + ", " + entries + " entries and " + bytes + " bytes");
    }
  }

  static ManifestRef read(JsonMembers in) throws MalformedJsonException {
    return new ManifestRef(
        in.value("root", ChunkId::parse),
        in.smallNumber("depth"),
        in.number("entries"),
        in.number("bytes"));
  }

  void writeTo(JsonWriter out) {
    out.text("root", root.toString())
        .number("depth", depth)
        .number("entries", entries)
        .number("bytes", bytes);
  }
}
