package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The envelope of every object that is not a pack, a key or an epoch: a header, then sealed parts
 * of at most 1 MiB; docs/repository-format.md section 6.
 */
final class SealedObject {
  private static final int PART_HEADER = 12;

  private SealedObject() {}

  /**
   * Seals bytes as an object.
   *
   * @param boundName the full name that the object will have, or empty for one named by its hash
   */
  static byte[] seal(
      ObjectKeys keys, ObjectKind kind, RandomId salt, String boundName, byte[] plain) {
    ObjectHeader header = new ObjectHeader(kind, 0, keys.repository(), keys.currentEpoch(), salt);
    Gcm gcm = new Gcm(keys.derive(header, kind.label(), boundName));
    byte[] headerBytes = header.encode();
    byte[] name = boundName.getBytes(StandardCharsets.US_ASCII);
    Encoder out = new Encoder(plain.length / 2 + 256).bytes(headerBytes);
    int from = 0;
    long number = 0;
    boolean last;
    do {
      int length = Math.min(BlockDescriptor.MAX_PLAIN, plain.length - from);
      last = from + length == plain.length;
      Compression.Compressed part = Compression.DEFAULT.compress(plain, from, length);
      byte[] partHeader =
          new Encoder(PART_HEADER)
              .u8(part.codec().code())
              .u8(0)
              .u8(last ? 1 : 0)
              .u8(0)
              .u32(length)
              .u32(part.length() + Gcm.TAG)
              .toBytes();
      byte[] aad = aad(headerBytes, partHeader, number, name);
      out.bytes(partHeader).bytes(gcm.seal(number, aad, part.bytes(), 0, part.length()));
      from += length;
      number++;
    } while (!last);
    return out.toBytes();
  }

  /** Opens a small object whole: at most {@code maximum} plain bytes. */
  static byte[] open(
      ObjectKeys keys, ObjectKind kind, ObjectName name, byte[] object, int maximum) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    open(
        keys,
        kind,
        name.value(),
        name.value(),
        object,
        part -> {
          if (out.size() + part.length > maximum) {
            throw new CorruptObjectException(name.value(), "it is too large");
          }
          out.writeBytes(part);
        });
    return out.toByteArray();
  }

  /**
   * Opens an object part by part. Nothing of a part is handed over before it was checked, but
   * earlier parts are, before the last one was seen: a caller acts only when this returns.
   *
   * @param what names the object in messages
   */
  static void open(
      ObjectKeys keys,
      ObjectKind kind,
      String what,
      String boundName,
      byte[] object,
      Consumer<byte[]> parts) {
    ObjectHeader header = ObjectHeader.decode(object, keys.repository(), what).require(kind, what);
    Gcm gcm = new Gcm(keys.derive(header, kind.label(), what));
    byte[] headerBytes = header.encode();
    byte[] name = boundName.getBytes(StandardCharsets.US_ASCII);
    Decoder in = new Decoder(object, what);
    in.skip(ObjectHeader.LENGTH);
    boolean last = false;
    for (long number = 0; !last; number++) {
      Decoder peek = new Decoder(object, in.position(), in.remaining(), what);
      byte[] partHeader = peek.bytes(PART_HEADER);
      int codec = in.u8();
      int filter = in.u8();
      int lastFlag = in.u8();
      int reserved = in.u8();
      long plainLength = in.u32();
      long sealedLength = in.u32();
      if (filter != 0 || lastFlag > 1 || reserved != 0) {
        throw new UnsupportedFormatException(what, "a part of it has an unknown form");
      }
      if (plainLength > BlockDescriptor.MAX_PLAIN || sealedLength > BlockDescriptor.MAX_SEALED) {
        throw in.damaged("a part of it is too large");
      }
      int at = in.position();
      in.skip((int) sealedLength);
      byte[] aad = aad(headerBytes, partHeader, number, name);
      byte[] packed = gcm.open(number, aad, object, at, (int) sealedLength, what);
      parts.accept(
          Compression.decompress(
              Codec.of(codec, what), packed, 0, packed.length, (int) plainLength, what));
      last = lastFlag == 1;
    }
    if (in.hasMore()) {
      throw in.damaged("something follows its last part");
    }
  }

  private static byte[] aad(byte[] header, byte[] partHeader, long number, byte[] name) {
    byte[] aad =
        Arrays.copyOf(header, header.length + partHeader.length + Long.BYTES + name.length);
    java.nio.ByteBuffer.wrap(aad).position(header.length).put(partHeader).putLong(number).put(name);
    return aad;
  }
}
