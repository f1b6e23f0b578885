package io.holdfast.repository;

/**
 * What a backup wrote.
 *
 * @param newChunks chunks that the repository did not have
 * @param newBytes plain bytes of those
 * @param knownBytes plain bytes of chunks that it had
 * @param storedBytes bytes of the packs that were written
 */
public record WriteStatistics(long newChunks, long newBytes, long knownBytes, long storedBytes) {}
