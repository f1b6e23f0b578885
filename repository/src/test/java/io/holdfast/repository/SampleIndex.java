package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Packs that exist in an index only, with random names and chunks. */
final class SampleIndex {
  private SampleIndex() {}

  static ChunkId chunk(RandomGenerator random) {
    byte[] bytes = new byte[ChunkId.LENGTH];
    random.nextBytes(bytes);
    return ChunkId.of(bytes);
  }

  /** A pack with so many chunks of ten bytes, in blocks of a hundred. */
  static PackSummary pack(RandomGenerator random, int chunks) {
    List<BlockDescriptor> blocks = new ArrayList<>();
    List<PlacedChunk> placed = new ArrayList<>();
    for (int i = 0; i < chunks; i++) {
      if (i % 100 == 0) {
        blocks.add(new BlockDescriptor(0, 0, 1000, 1016));
      }
      placed.add(new PlacedChunk(chunk(random), ChunkKind.BYTES, i / 100, i % 100 * 10, 10));
    }
    return pack(random, new PackDirectory(DomainId.DEFAULT, blocks, placed));
  }

  /** A pack with one chunk. */
  static PackSummary pack(RandomGenerator random, ChunkId chunk) {
    return pack(
        random,
        new PackDirectory(
            DomainId.DEFAULT,
            List.of(new BlockDescriptor(0, 0, 10, 26)),
            List.of(new PlacedChunk(chunk, ChunkKind.BYTES, 0, 0, 10))));
  }

  private static PackSummary pack(RandomGenerator random, PackDirectory directory) {
    byte[] name = new byte[PackName.LENGTH];
    random.nextBytes(name);
    return new PackSummary(
        new PackName(name),
        (int) directory.blocksEnd() + 100,
        PackKind.DATA,
        RandomId.next(random),
        RandomId.next(random),
        directory);
  }
}
