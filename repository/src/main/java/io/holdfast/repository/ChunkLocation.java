package io.holdfast.repository;

/**
 * Where a chunk is stored.
 *
 * @param pack the pack that holds it
 * @param ordinal number of this chunk in the run that knows it, for marking it in a set
 */
record ChunkLocation(
    IndexedPack pack, ChunkKind kind, int firstBlock, int offset, int length, long ordinal) {}
