package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A pack in the making, in memory, since its name is the hash of all of it;
 * docs/repository-format.md section 7. It takes the memory of its sealed blocks and no more. For
 * one thread at a time.
 */
final class PackBuilder {
  static final int TARGET = 32 << 20;
  static final int TRAILER = 16;
  static final byte[] MAGIC = "HFSTPACK".getBytes(StandardCharsets.US_ASCII);

  private static final int SMALL_STEP = 4096;
  private static final int LARGE_STEP = 65_536;
  private static final int LARGE = 1 << 20;

  private final ObjectKeys keys;
  private final PackKind kind;
  private final ObjectHeader header;
  private final byte[] headerBytes;
  private final Gcm gcm;
  private final DomainId domain;
  private final List<BlockDescriptor> blocks = new ArrayList<>();
  private final List<PlacedChunk> chunks = new ArrayList<>();
  private final List<ByteBuffer> parts = new ArrayList<>();
  private int size;

  PackBuilder(ObjectKeys keys, PackKind kind, DomainId domain, RandomId salt) {
    this.keys = keys;
    this.kind = kind;
    this.domain = domain;
    ObjectKind objectKind = ObjectKind.of(kind);
    header = new ObjectHeader(objectKind, 0, keys.repository(), keys.currentEpoch(), salt);
    headerBytes = header.encode();
    gcm = new Gcm(keys.derive(header, objectKind.label(), "a new pack"));
    append(ByteBuffer.wrap(headerBytes));
  }

  private void append(ByteBuffer part) {
    parts.add(part);
    size += part.remaining();
  }

  boolean isEmpty() {
    return blocks.isEmpty();
  }

  /** Whether it should be finished before anything is added. */
  boolean isFull() {
    return size >= TARGET;
  }

  boolean hasRoomFor(BlockGroup group) {
    return chunks.size() + group.chunks().size() <= PackDirectory.MAX_CHUNKS
        && blocks.size() + group.blocks().size() <= PackDirectory.MAX_BLOCKS;
  }

  /** Seals the blocks where they are: the group is used up. */
  void add(BlockGroup group) {
    int first = blocks.size();
    for (BlockGroup.CompressedBlock block : group.blocks()) {
      Compression.Compressed bytes = block.bytes();
      int number = blocks.size();
      byte[] aad =
          blockAad(headerBytes, bytes.codec().code(), bytes.filter(), block.plainLength(), number);
      int sealed = gcm.seal(number, aad, bytes.bytes(), 0, bytes.length(), bytes.bytes(), 0);
      append(ByteBuffer.wrap(bytes.bytes(), 0, sealed));
      blocks.add(
          new BlockDescriptor(bytes.codec().code(), bytes.filter(), block.plainLength(), sealed));
    }
    for (PlacedChunk chunk : group.chunks()) {
      chunks.add(
          new PlacedChunk(
              chunk.id(),
              chunk.kind(),
              first + chunk.firstBlock(),
              chunk.offset(),
              chunk.length()));
    }
  }

  static byte[] blockAad(byte[] header, int codec, int filter, int plainLength, int number) {
    return ByteBuffer.allocate(header.length + 12)
        .put(header)
        .put((byte) 1)
        .put((byte) codec)
        .put((byte) filter)
        .put((byte) 0)
        .putInt(plainLength)
        .putInt(number)
        .array();
  }

  static byte[] directoryAad(byte[] header, int plainLength, int blockCount) {
    return ByteBuffer.allocate(header.length + 12)
        .put(header)
        .put((byte) 2)
        .put(new byte[3])
        .putInt(plainLength)
        .putInt(blockCount)
        .array();
  }

  /** A whole pack and what its index entry says. */
  record SealedPack(PackSummary summary, List<ByteBuffer> bytes) {}

  SealedPack finish() {
    PackDirectory directory = new PackDirectory(domain, blocks, chunks);
    Encoder plain = new Encoder(64 + chunks.size() * 40);
    directory.encode(plain);
    plain.zeros(padding(size + plain.size() + Gcm.TAG + TRAILER));
    byte[] plainBytes = plain.toBytes();
    Gcm directoryGcm = new Gcm(keys.derive(header, "pack directory", "a new pack"));
    byte[] aad = directoryAad(headerBytes, plainBytes.length, blocks.size());
    byte[] end = new byte[plainBytes.length + Gcm.TAG + TRAILER];
    int sealed = directoryGcm.seal(0, aad, plainBytes, 0, plainBytes.length, end, 0);
    ByteBuffer.wrap(end, sealed, TRAILER).putInt(sealed).putInt(blocks.size()).put(MAGIC);
    append(ByteBuffer.wrap(end));
    PackName name = new PackName(Sha256.of(parts));
    PackSummary summary =
        new PackSummary(name, size, kind, header.epoch(), header.salt(), directory);
    return new SealedPack(summary, parts);
  }

  /** Bytes that hide the exact size. */
  private static int padding(int length) {
    int step = length < LARGE ? SMALL_STEP : LARGE_STEP;
    return (step - length % step) % step;
  }
}
