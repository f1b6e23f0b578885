package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * A root key wrapped for one holder; docs/repository-format.md section 5.1. Its name comes from the
 * hash of its bytes, so that a damaged one is told from a wrong credential.
 */
final class KeyObject {
  static final String PREFIX = "keys/";
  static final int MAX_SIZE = 128 << 10;

  private static final int ID_DIGITS = 32;
  private static final int MAC = 32;

  private final String what;
  private final byte[] object;
  private final ObjectHeader header;
  private final KeyHolder holder;
  private final byte[] wrapped;
  private final byte[] authenticated;

  private KeyObject(byte[] object, RandomId repository, String what) {
    this.what = what;
    this.object = object;
    header = ObjectHeader.decode(object, repository, what).require(ObjectKind.KEY, what);
    Decoder in = new Decoder(object, what);
    in.skip(ObjectHeader.LENGTH);
    byte[] json = in.bytes(length(in, KeyHolder.MAX_SIZE));
    holder = KeyHolder.decode(json, what);
    wrapped = in.bytes(length(in, MAX_SIZE));
    in.skip(MAC);
    if (in.hasMore()) {
      throw in.damaged("something follows its end");
    }
    authenticated = new Encoder().bytes(header.encode()).bytes(json).toBytes();
  }

  private static int length(Decoder in, int maximum) {
    long length = in.u32();
    if (length > maximum) {
      throw in.damaged("a length of " + length + " is more than " + maximum);
    }
    return (int) length;
  }

  /**
   * Wraps a root key.
   *
   * @param name of the holder, for people
   * @param formatHash SHA-256 of {@code format/1}
   */
  static byte[] wrap(
      RootKey root,
      Credential credential,
      Argon2Cost cost,
      String name,
      RandomId repository,
      byte[] formatHash,
      Instant created,
      RandomGenerator random) {
    RandomId salt = RandomId.next(random);
    ObjectHeader header =
        new ObjectHeader(ObjectKind.KEY, root.generation(), repository, RandomId.NONE, salt);
    boolean passphrase = credential.kind() == HolderKind.PASSPHRASE;
    try (Secret kek = credential.kek(salt.rawBytes(), cost)) {
      byte[] json =
          new KeyHolder(
                  RandomId.next(random).toString(),
                  credential.kind().toString(),
                  name,
                  created.toString(),
                  publicKey(kek),
                  HexFormat.of().formatHex(formatHash),
                  passphrase ? KeyHolder.Kdf.of(cost) : null)
              .encode();
      byte[] aad = new Encoder().bytes(header.encode()).bytes(json).bytes(formatHash).toBytes();
      byte[] payload = root.encode();
      byte[] wrapped = wrapping(kek).seal(0, aad, payload, 0, payload.length);
      Arrays.fill(payload, (byte) 0);
      byte[] body =
          new Encoder()
              .bytes(header.encode())
              .u32(json.length)
              .bytes(json)
              .u32(wrapped.length)
              .bytes(wrapped)
              .toBytes();
      return new Encoder().bytes(body).bytes(mac(root, body, body.length)).toBytes();
    }
  }

  /** The name that goes with the bytes of a key object. */
  static ObjectName name(byte[] object) {
    return ObjectName.of(PREFIX + Sha256.hex(object).substring(0, ID_DIGITS));
  }

  /**
   * Reads what is clear of a key object.
   *
   * @throws CorruptObjectException when the bytes are not those that the name stands for
   */
  static KeyObject decode(ObjectName name, byte[] object, RandomId repository) {
    requireName(name, object);
    return new KeyObject(object, repository, name.value());
  }

  /** Checks the bytes of a key object against its name. */
  static void requireName(ObjectName name, byte[] object) {
    if (!name(object).equals(name)) {
      throw new CorruptObjectException(name.value(), "its bytes do not have the hash in its name");
    }
  }

  KeyHolder holder() {
    return holder;
  }

  /**
   * Tries to open it; empty when the credential is of another kind or is not the right one.
   *
   * @throws CorruptObjectException when it opens and then turns out not to be as it was written
   */
  Optional<RootKey> open(Credential credential, byte[] formatHash) {
    if (!holder.isKind(credential.kind())) {
      return Optional.empty();
    }
    requireFormat(formatHash);
    Argon2Cost cost = holder.cost(what);
    byte[] aad = new Encoder().bytes(authenticated).bytes(formatHash).toBytes();
    byte[] payload;
    try (Secret kek = credential.kek(header.salt().rawBytes(), cost)) {
      payload = wrapping(kek).open(0, aad, wrapped, 0, wrapped.length, what);
    } catch (CorruptObjectException wrongKey) {
      // The bytes are those that were written, by their hash: so it is the credential.
      return Optional.empty();
    }
    RootKey root = RootKey.decode(payload, what);
    boolean authentic = false;
    try {
      if (root.generation() != header.generation()) {
        throw new CorruptObjectException(what, "its generations disagree");
      }
      requireMac(root);
      authentic = true;
      return Optional.of(root);
    } finally {
      if (!authentic) {
        root.close();
      }
    }
  }

  /**
   * Checks what can be told without the holder's credential.
   *
   * @param roots by generation; one of another generation is not checked
   * @throws CorruptObjectException when nobody who knew the root key made it, or not for this
   *     repository
   */
  void requireAuthentic(Map<Long, RootKey> roots, byte[] formatHash) {
    holder.cost(what);
    RootKey root = roots.get(header.generation());
    if (root == null) {
      return;
    }
    requireMac(root);
    requireFormat(formatHash);
  }

  private void requireFormat(byte[] formatHash) {
    if (!holder.format().equals(HexFormat.of().formatHex(formatHash))) {
      throw new CorruptObjectException(
          FormatObject.NAME.value(), "it is not the one that " + what + " was made for");
    }
  }

  private void requireMac(RootKey root) {
    int body = object.length - MAC;
    byte[] mac = Arrays.copyOfRange(object, body, object.length);
    if (!MessageDigest.isEqual(mac, mac(root, object, body))) {
      throw new CorruptObjectException(what, "its holder is not authentic");
    }
  }

  private static Gcm wrapping(Secret kek) {
    return kek.with(bytes -> new Gcm(Hkdf.key("AES", bytes, Hkdf.NO_SALT, KeyLabel.WRAP.info())));
  }

  private static String publicKey(Secret kek) {
    try (Secret own = kek.derive(Hkdf.NO_SALT, KeyLabel.HOLDER_KEY)) {
      byte[] point = new byte[X25519.POINT_SIZE];
      own.with(
          bytes -> {
            X25519.generatePublicKey(bytes, 0, point, 0);
            return point;
          });
      return HexFormat.of().formatHex(point);
    }
  }

  private static byte[] mac(RootKey root, byte[] bytes, int length) {
    try (Secret key = root.symmetric().derive(Hkdf.NO_SALT, KeyLabel.HOLDER)) {
      return key.with(k -> Hkdf.hmac(k, bytes, 0, length));
    }
  }
}
