package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.ShortReadException;
import io.holdfast.storage.StorageException;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Opens packs, whole or in part, checking all that can be checked. Thread-safe. */
final class PackReader {
  private final ObjectStore store;
  private final ObjectKeys keys;

  PackReader(ObjectStore store, ObjectKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /** The sealed bytes of blocks {@code first} to {@code last} of a pack. */
  BlockRange fetch(IndexedPack pack, int first, int last) {
    int from = pack.blockOffset(first);
    int to = pack.blockOffset(last) + pack.block(last).sealedLength();
    ObjectName name = pack.name().object();
    byte[] sealed;
    try {
      sealed = store.get(name, from, to - from);
    } catch (ObjectNotFoundException e) {
      throw new CorruptObjectException(name.value(), "it is missing");
    } catch (ShortReadException e) {
      throw new CorruptObjectException(name.value(), "it is shorter than the index says");
    } catch (StorageException e) {
      throw UnreadableObjectException.of(store, name, e);
    }
    ObjectHeader header =
        new ObjectHeader(
            ObjectKind.of(pack.kind()), 0, keys.repository(), pack.epoch(), pack.salt());
    return new BlockRange(
        pack::block, number -> pack.blockOffset(number) - from, name.value(), header, sealed);
  }

  /** Sealed blocks in memory. For one thread. */
  final class BlockRange {
    private final IntFunction<BlockDescriptor> descriptors;
    private final IntFunction<Integer> offsets;
    private final String name;
    private final byte[] header;
    private final byte[] sealed;
    private final Gcm gcm;
    private final PageUnfilter unfilter = new PageUnfilter();

    /** Of the block opened last. */
    private byte[] packed = new byte[0];

    private byte[] prepared = new byte[0];

    private BlockRange(
        IntFunction<BlockDescriptor> descriptors,
        IntFunction<Integer> offsets,
        String name,
        ObjectHeader header,
        byte[] sealed) {
      this.descriptors = descriptors;
      this.offsets = offsets;
      this.name = name;
      this.header = header.encode();
      this.sealed = sealed;
      this.gcm = new Gcm(keys.derive(header, header.kind().label(), name));
    }

    /** The plain bytes of a block. */
    byte[] open(int number) {
      BlockDescriptor block = descriptors.apply(number);
      String what = name + " block " + number;
      byte[] aad =
          PackBuilder.blockAad(header, block.codec(), block.filter(), block.plainLength(), number);
      if (packed.length < block.sealedLength()) {
        packed = new byte[block.sealedLength() * 5 / 4]; // the next one may be somewhat longer
      }
      int length =
          gcm.open(number, aad, sealed, offsets.apply(number), block.sealedLength(), packed, what);
      Codec codec = Codec.of(block.codec(), what);
      return switch (block.filter()) {
        case 0 -> Compression.decompress(codec, packed, 0, length, block.plainLength(), what);
        case PageFilter.CODE -> pages(codec, length, block.plainLength(), what);
        default ->
            throw new UnsupportedFormatException(
                what, "it has the unknown filter " + block.filter());
      };
    }

    private byte[] pages(Codec codec, int packedLength, int plainLength, String what) {
      Decoder in = new Decoder(packed, 0, packedLength, what);
      long length = in.u32();
      if (length > PageFilter.bound(plainLength)) {
        throw in.damaged("it holds more prepared bytes than its pages have");
      }
      int size = (int) length;
      int front = Integer.BYTES;
      if (prepared.length < size) {
        prepared = new byte[PageFilter.bound(plainLength)];
      }
      Compression.decompress(codec, packed, front, packedLength - front, prepared, size, what);
      byte[] plain = new byte[plainLength];
      unfilter.restore(prepared, size, plain, plainLength, what);
      return plain;
    }
  }

  /** A whole pack: its directory, and its blocks to open. */
  record WholePack(PackSummary summary, BlockRange blocks) {}

  /** Reads a pack by name without any index and checks its hash, header, trailer and directory. */
  WholePack readWhole(PackName name) {
    return open(name, readBytes(name));
  }

  /**
   * The bytes of a pack, whose hash nobody has checked yet.
   *
   * @throws UnreadableObjectException when the store is there and does not give them
   */
  byte[] readBytes(PackName name) {
    try {
      return ObjectKind.DATA_PACK.read(store, name.object());
    } catch (ObjectNotFoundException | ShortReadException e) {
      throw e;
    } catch (StorageException e) {
      throw UnreadableObjectException.of(store, name.object(), e);
    }
  }

  WholePack open(PackName name, byte[] bytes) {
    String what = name.object().value();
    name.requireHashOf(bytes);
    ObjectHeader header = ObjectHeader.decode(bytes, keys.repository(), what);
    PackKind kind = PackKind.of(header.kind().code(), what);
    PackDirectory directory = openDirectory(header, bytes, bytes.length, what);
    int[] offsets = new int[directory.blocks().size() + 1];
    offsets[0] = ObjectHeader.LENGTH;
    for (int i = 0; i < directory.blocks().size(); i++) {
      offsets[i + 1] = offsets[i] + directory.blocks().get(i).sealedLength();
    }
    PackSummary summary =
        new PackSummary(name, bytes.length, kind, header.epoch(), header.salt(), directory);
    return new WholePack(
        summary, new BlockRange(directory.blocks()::get, i -> offsets[i], what, header, bytes));
  }

  /**
   * Reads what a pack says about itself, and none of its blocks.
   *
   * @throws UnreadableObjectException when the store is there and does not give it
   */
  PackSummary readSummary(PackName name, long size) {
    try {
      return summary(name, size);
    } catch (ObjectNotFoundException | ShortReadException e) {
      throw e;
    } catch (StorageException e) {
      throw UnreadableObjectException.of(store, name.object(), e);
    }
  }

  private PackSummary summary(PackName name, long size) {
    String what = name.object().value();
    int end = Trailer.LENGTH;
    if (size < ObjectHeader.LENGTH + end || size > PackSummary.MAX_SIZE) {
      throw new CorruptObjectException(what, "no pack has " + size + " bytes");
    }
    byte[] head = store.get(name.object(), 0, ObjectHeader.LENGTH);
    ObjectHeader header = ObjectHeader.decode(head, keys.repository(), what);
    PackKind kind = PackKind.of(header.kind().code(), what);
    Trailer trailer = Trailer.decode(store.get(name.object(), size - end, end), size, what);
    byte[] tail = store.get(name.object(), trailer.directoryAt(size), trailer.sealedLength() + end);
    PackDirectory directory = openDirectory(header, tail, size, what);
    return new PackSummary(name, (int) size, kind, header.epoch(), header.salt(), directory);
  }

  /** The last bytes of a pack: where its directory is. */
  private record Trailer(int sealedLength, int blockCount) {
    static final int LENGTH = PackBuilder.TRAILER;

    static Trailer decode(byte[] tail, long packSize, String what) {
      Decoder in =
          new Decoder(tail, Math.max(0, tail.length - LENGTH), Math.min(tail.length, LENGTH), what);
      long sealedLength = in.u32();
      long blockCount = in.u32();
      if (!Arrays.equals(in.bytes(PackBuilder.MAGIC.length), PackBuilder.MAGIC)
          || sealedLength > PackDirectory.MAX_SEALED
          || sealedLength < Gcm.TAG
          || blockCount > PackDirectory.MAX_BLOCKS
          || packSize - LENGTH - sealedLength < ObjectHeader.LENGTH) {
        throw in.damaged("it does not end as a pack does");
      }
      return new Trailer((int) sealedLength, (int) blockCount);
    }

    long directoryAt(long packSize) {
      return packSize - LENGTH - sealedLength;
    }
  }

  /**
   * @param tail the pack's bytes from its directory on, or from before that
   */
  private PackDirectory openDirectory(
      ObjectHeader header, byte[] tail, long packSize, String what) {
    Trailer trailer = Trailer.decode(tail, packSize, what);
    int sealedLength = trailer.sealedLength();
    int blockCount = trailer.blockCount();
    int at = (int) trailer.directoryAt(tail.length);
    Gcm gcm = new Gcm(keys.derive(header, "pack directory", what));
    int plainLength = sealedLength - Gcm.TAG;
    byte[] aad = PackBuilder.directoryAad(header.encode(), plainLength, blockCount);
    byte[] plain = gcm.open(0, aad, tail, at, sealedLength, what);
    PackDirectory directory = PackDirectory.decode(new Decoder(plain, what));
    if (directory.blocks().size() != blockCount
        || directory.blocksEnd() != trailer.directoryAt(packSize)) {
      throw new CorruptObjectException(what, "its directory does not describe its blocks");
    }
    return directory;
  }
}
