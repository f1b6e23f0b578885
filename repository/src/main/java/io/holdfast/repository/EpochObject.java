package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The key of an epoch, sealed under a root key; docs/repository-format.md section 5.3.
 *
 * @param sequence the epoch with the highest is the one in which new objects are written
 */
record EpochObject(RandomId id, long sequence, Secret key) implements AutoCloseable {
  static final String PREFIX = "epochs/";

  private static final int SEALED_BY_ROOT = 1;
  private static final int PAYLOAD = 8 + Hkdf.KEY;
  private static final int LENGTH = ObjectHeader.LENGTH + 1 + PAYLOAD + Gcm.TAG;

  static EpochObject next(long sequence, RandomGenerator random) {
    return new EpochObject(RandomId.next(random), sequence, RootKey.random(random));
  }

  ObjectName name() {
    return name(id);
  }

  static ObjectName name(RandomId id) {
    return ObjectName.of(PREFIX + id);
  }

  byte[] seal(RootKey root, RandomId repository, RandomGenerator random) {
    ObjectHeader header =
        new ObjectHeader(
            ObjectKind.EPOCH, root.generation(), repository, id, RandomId.next(random));
    byte[] aad = new Encoder().bytes(header.encode()).u8(SEALED_BY_ROOT).toBytes();
    byte[] payload = new byte[PAYLOAD];
    System.arraycopy(new Encoder(16).u64(sequence).toBytes(), 0, payload, 0, 8);
    key.with(
        bytes -> {
          System.arraycopy(bytes, 0, payload, 8, Hkdf.KEY);
          return payload;
        });
    byte[] sealed = sealing(root, header).seal(0, aad, payload, 0, PAYLOAD);
    Arrays.fill(payload, (byte) 0);
    return new Encoder().bytes(aad).bytes(sealed).toBytes();
  }

  static ObjectHeader header(byte[] object, RandomId repository, String what) {
    return ObjectHeader.decode(object, repository, what).require(ObjectKind.EPOCH, what);
  }

  /**
   * Opens an epoch object.
   *
   * @param root of the generation that its header names
   */
  static EpochObject open(byte[] object, ObjectName name, RootKey root, RandomId repository) {
    String what = name.value();
    ObjectHeader header = header(object, repository, what);
    if (!name(header.epoch()).equals(name)) {
      throw new CorruptObjectException(what, "it is the object of epoch " + header.epoch());
    }
    if (object.length > ObjectHeader.LENGTH && object[ObjectHeader.LENGTH] != SEALED_BY_ROOT) {
      throw new UnsupportedFormatException(
          what, "it is sealed with method " + object[ObjectHeader.LENGTH]);
    }
    if (object.length != LENGTH) {
      throw new CorruptObjectException(what, "it has a wrong length");
    }
    int at = ObjectHeader.LENGTH + 1;
    byte[] aad = Arrays.copyOf(object, at);
    byte[] payload = sealing(root, header).open(0, aad, object, at, object.length - at, what);
    Decoder in = new Decoder(payload, what);
    EpochObject epoch = new EpochObject(header.epoch(), in.u64(), new Secret(in.bytes(Hkdf.KEY)));
    Arrays.fill(payload, (byte) 0);
    return epoch;
  }

  private static Gcm sealing(RootKey root, ObjectHeader header) {
    byte[] salt = header.salt().rawBytes();
    return root.symmetric()
        .with(bytes -> new Gcm(Hkdf.key("AES", bytes, salt, KeyLabel.EPOCH.info())));
  }

  @Override
  public void close() {
    key.close();
  }
}
