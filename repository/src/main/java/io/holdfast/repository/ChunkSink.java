package io.holdfast.repository;

/** Where chunks go: stored if they are new. Thread-safe. */
@FunctionalInterface
interface ChunkSink {
  /**
   * Stores a chunk unless it is there. The bytes may be changed again when this returns.
   *
   * @return its id
   */
  ChunkId put(ChunkKind kind, byte[] bytes, int offset, int length);
}
