package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads chunks and checks them against their ids. When a copy is missing, damaged, or cannot be
 * read while the store is there, the next one serves; when there is none, the chunk is read once
 * more by itself, since what is wrong may be with its neighbours. A warning tells of it. A store
 * that is away fails at once. Thread-safe.
 */
final class AnyCopy {
  private final ChunkIndex index;
  private final PackReader packs;
  private final ChunkHashing hashing;

  AnyCopy(ChunkIndex index, PackReader packs, ChunkHashing hashing) {
    this.index = index;
    this.packs = packs;
    this.hashing = hashing;
  }

  /** Opens the blocks of one pack. */
  @FunctionalInterface
  interface Blocks {
    /** The plain bytes of a block. */
    byte[] open(int number);
  }

  /**
   * The bytes of a chunk; not to be changed.
   *
   * @param pageSize of a chunk of pages; 0 when it is not known
   * @param location the copy to try first, and {@code blocks} those of its pack
   * @throws UnusableObjectException what is wrong with that copy, when no other is whole
   */
  byte[] read(ChunkId id, int pageSize, ChunkLocation location, Blocks blocks) {
    try {
      return checked(id, pageSize, location, blocks);
    } catch (UnusableObjectException e) {
      return readOther(id, pageSize, location, e);
    }
  }

  private byte[] readOther(
      ChunkId id, int pageSize, ChunkLocation failed, UnusableObjectException why) {
    List<UnusableObjectException> damage = new ArrayList<>(List.of(why));
    index.damagedCopies().add(failed, why);
    for (ChunkLocation copy : index.copies(id)) {
      if (copy.kind() != failed.kind()
          || copy.length() != failed.length()
          || isSame(copy, failed)) {
        continue;
      }
      try {
        byte[] chunk = alone(id, pageSize, copy);
        warn(damage, "; another copy served");
        return chunk;
      } catch (UnusableObjectException e) {
        damage.add(e);
        index.damagedCopies().add(copy, e);
      }
    }
    try {
      byte[] chunk = alone(id, pageSize, failed);
      warn(damage, "; a part of it could be read");
      return chunk;
    } catch (UnusableObjectException e) {
      why.addSuppressed(e);
      throw why;
    }
  }

  private byte[] alone(ChunkId id, int pageSize, ChunkLocation copy) {
    return checked(
        id, pageSize, copy, number -> packs.fetch(copy.pack(), number, number).open(number));
  }

  private void warn(List<UnusableObjectException> damage, String and) {
    damage.forEach(e -> index.notes().warn(e.getMessage() + and));
  }

  private static boolean isSame(ChunkLocation a, ChunkLocation b) {
    return a.pack().name().equals(b.pack().name())
        && a.firstBlock() == b.firstBlock()
        && a.offset() == b.offset();
  }

  private byte[] checked(ChunkId id, int pageSize, ChunkLocation location, Blocks blocks) {
    byte[] chunk = assemble(location.firstBlock(), location.offset(), location.length(), blocks);
    if (!hashing.hasId(location.kind(), pageSize, chunk, id)) {
      throw new CorruptObjectException(
          location.pack() + " chunk " + id, "its bytes do not have the id that names it");
    }
    return chunk;
  }

  /** The bytes from an offset in a block, and on into the next ones; not to be changed. */
  static byte[] assemble(int firstBlock, int offset, int length, Blocks blocks) {
    byte[] plain = blocks.open(firstBlock);
    if (offset == 0 && plain.length == length) {
      return plain;
    }
    byte[] chunk = new byte[length];
    int filled = 0;
    int from = offset;
    for (int block = firstBlock; filled < length; block++) {
      plain = block == firstBlock ? plain : blocks.open(block);
      int part = Math.min(plain.length - from, length - filled);
      System.arraycopy(plain, from, chunk, filled, part);
      filled += part;
      from = 0;
    }
    return chunk;
  }
}
