package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The envelope of every object that is not a pack, a key or an epoch: a header, then sealed parts
 * of at most 1 MiB; docs/repository-format.md section 6.
 */
final class SealedObject {
  private static final int PART_HEADER = 12;

  private SealedObject() {}

  /** Plain bytes that are sealed together, at most as many as a block has. */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Part(byte[] bytes, int offset, int length) {
    /** All of these, in as few parts as there can be; one without bytes if there are none. */
    static List<Part> of(byte[] bytes, int offset, int length) {
      List<Part> parts = new ArrayList<>();
      int from = 0;
      do {
        int size = Math.min(BlockDescriptor.MAX_PLAIN, length - from);
        parts.add(new Part(bytes, offset + from, size));
        from += size;
      } while (from < length);
      return parts;
    }
  }

  /**
   * Seals bytes as an object.
   *
   * @param boundName the full name that the object will have, or empty for one named by its hash
   */
  static byte[] seal(
      ObjectKeys keys, ObjectKind kind, RandomId salt, String boundName, byte[] plain) {
    return seal(keys, kind, salt, boundName, Part.of(plain, 0, plain.length), Compression.DEFAULT);
  }

  /**
   * As above, with parts of which the caller says what is in each.
   *
   * @param parts at least one
   */
  static byte[] seal(
      ObjectKeys keys,
      ObjectKind kind,
      RandomId salt,
      String boundName,
      List<Part> parts,
      Compression compression) {
    ObjectHeader header = new ObjectHeader(kind, 0, keys.repository(), keys.currentEpoch(), salt);
    Gcm gcm = new Gcm(keys.derive(header, kind.label(), boundName));
    byte[] headerBytes = header.encode();
    byte[] name = boundName.getBytes(StandardCharsets.US_ASCII);
    int plain = parts.stream().mapToInt(Part::length).sum();
    Encoder out = new Encoder(plain / 2 + 256).bytes(headerBytes);
    try (Compressor compressor = new Compressor(compression)) {
      for (int number = 0; number < parts.size(); number++) {
        Part part = parts.get(number);
        Compression.Compressed packed =
            compressor.compress(part.bytes, part.offset, part.length, 0);
        byte[] partHeader =
            new Encoder(PART_HEADER)
                .u8(packed.codec().code())
                .u8(0)
                .u8(number == parts.size() - 1 ? 1 : 0)
                .u8(0)
                .u32(part.length)
                .u32(packed.length() + Gcm.TAG)
                .toBytes();
        byte[] aad = aad(headerBytes, partHeader, number, name);
        out.bytes(partHeader).bytes(gcm.seal(number, aad, packed.bytes(), 0, packed.length()));
      }
    }
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
    OpenParts open = new OpenParts(keys, kind, what, boundName, object);
    while (open.hasNext()) {
      parts.accept(open.next());
    }
    open.requireEnd();
  }

  /**
   * Opens the first part alone.
   *
   * @param beginning of the object, with all of that part
   */
  static byte[] openFirst(
      ObjectKeys keys, ObjectKind kind, String what, String boundName, byte[] beginning) {
    OpenParts parts = new OpenParts(keys, kind, what, boundName, beginning);
    return parts.next();
  }

  private static byte[] aad(byte[] header, byte[] partHeader, long number, byte[] name) {
    byte[] aad =
        Arrays.copyOf(header, header.length + partHeader.length + Long.BYTES + name.length);
    java.nio.ByteBuffer.wrap(aad).position(header.length).put(partHeader).putLong(number).put(name);
    return aad;
  }

  /** The parts of an object, each checked before it is handed over. */
  private static final class OpenParts {
    private final String what;
    private final byte[] object;
    private final byte[] header;
    private final byte[] name;
    private final Gcm gcm;
    private final Decoder in;
    private long number;
    private boolean last;

    OpenParts(ObjectKeys keys, ObjectKind kind, String what, String boundName, byte[] object) {
      ObjectHeader decoded =
          ObjectHeader.decode(object, keys.repository(), what).require(kind, what);
      this.what = what;
      this.object = object;
      this.header = decoded.encode();
      this.name = boundName.getBytes(StandardCharsets.US_ASCII);
      this.gcm = new Gcm(keys.derive(decoded, kind.label(), what));
      this.in = new Decoder(object, what);
      in.skip(ObjectHeader.LENGTH);
    }

    boolean hasNext() {
      return !last;
    }

    byte[] next() {
      byte[] partHeader =
          new Decoder(object, in.position(), in.remaining(), what).bytes(PART_HEADER);
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
      byte[] aad = aad(header, partHeader, number, name);
      byte[] packed = gcm.open(number, aad, object, at, (int) sealedLength, what);
      number++;
      last = lastFlag == 1;
      return Compression.decompress(
          Codec.of(codec, what), packed, 0, packed.length, (int) plainLength, what);
    }

    void requireEnd() {
      if (in.hasMore()) {
        throw in.damaged("something follows its last part");
      }
    }
  }
}
