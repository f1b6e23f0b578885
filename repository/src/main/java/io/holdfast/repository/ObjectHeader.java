package io.holdfast.repository;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The first 64 bytes of every object but the format object; docs/repository-format.md section 4.
 *
 * @param generation of the root key, in key and epoch objects; else 0
 * @param salt 16 random bytes, used once
 */
record ObjectHeader(
    ObjectKind kind, long generation, RandomId repository, RandomId epoch, RandomId salt) {
  static final int LENGTH = 64;
  static final int VERSION = 1;

  private static final byte[] MAGIC = HexFormat.of().parseHex("89484653540d0a1a");

  byte[] encode() {
    return new Encoder(LENGTH)
        .bytes(MAGIC)
        .u8(kind.code())
        .u8(VERSION)
        .u16(0)
        .u32(generation)
        .bytes(repository.rawBytes())
        .bytes(epoch.rawBytes())
        .bytes(salt.rawBytes())
        .toBytes();
  }

  /**
   * Reads and checks the header of an object.
   *
   * @param name of the object, for messages
   * @throws CorruptObjectException when it is not the header of such an object of this repository
   * @throws UnsupportedFormatException when its version is another
   */
  static ObjectHeader decode(byte[] object, RandomId repository, String name) {
    Decoder in = new Decoder(object, 0, Math.min(LENGTH, object.length), name);
    if (!Arrays.equals(in.bytes(MAGIC.length), MAGIC)) {
      throw in.damaged("it does not start as an object of Holdfast does");
    }
    ObjectKind kind = ObjectKind.read(in);
    int version = in.u8();
    if (version != VERSION) {
      throw new UnsupportedFormatException(name, "it has version " + version);
    }
    if (in.u16() != 0) {
      throw in.damaged("its header has unknown flags");
    }
    ObjectHeader header =
        new ObjectHeader(kind, in.u32(), RandomId.read(in), RandomId.read(in), RandomId.read(in));
    if (!header.repository.equals(repository)) {
      throw in.damaged("it belongs to repository " + header.repository);
    }
    return header;
  }

  /** Whether an object says that it belongs to the repository, or is too short to say. */
  static boolean isOf(byte[] object, RandomId repository) {
    return object.length < LENGTH
        || Arrays.equals(object, 16, 32, repository.rawBytes(), 0, RandomId.LENGTH);
  }

  /** This header, if it is of the kind that its name calls for. */
  ObjectHeader require(ObjectKind expected, String name) {
    if (kind != expected) {
      throw new CorruptObjectException(name, "it is of kind " + kind + ", not " + expected);
    }
    return this;
  }
}
