package io.holdfast.repository;

/** Where whole chunks of metadata come from. Thread-safe. */
@FunctionalInterface
interface ChunkSource {
  /**
   * The bytes of a chunk, checked against its id; not to be changed.
   *
   * @throws CorruptObjectException when it is missing, damaged, or of another kind
   */
  byte[] get(ChunkId id, ChunkKind kind);
}
