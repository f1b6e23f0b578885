package io.holdfast.repository;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who a key object is for: the clear part of it; docs/repository-format.md section 5.1.
 *
 * @param holder a random id, the same in all generations
 * @param kind as text, since kinds of later versions must be passed over, not refused
 * @param publicKey X25519, 64 digits
 * @param format SHA-256 of {@code format/1}, 64 digits
 */
record KeyHolder(
    String holder,
    String kind,
    String name,
    String created,
    String publicKey,
    String format,
    @Nullable Kdf kdf) {
  static final int MAX_SIZE = 64 << 10;

  private static final String ARGON2ID = "argon2id";

  record Kdf(String name, int memoryKiB, int passes, int lanes) {
    static Kdf of(Argon2Cost cost) {
      return new Kdf(ARGON2ID, cost.memoryKiB(), cost.passes(), cost.lanes());
    }

    static Kdf read(JsonMembers in) throws MalformedJsonException {
      return new Kdf(
          in.text("name"),
          in.smallNumber("memoryKiB"),
          in.smallNumber("passes"),
          in.smallNumber("lanes"));
    }

    void writeTo(JsonWriter out) {
      out.text("name", name)
          .number("memoryKiB", memoryKiB)
          .number("passes", passes)
          .number("lanes", lanes);
    }
  }

  KeyHolder {
    Objects.requireNonNull(holder, "holder");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(publicKey, "publicKey");
    Objects.requireNonNull(format, "format");
  }

  byte[] encode() {
    return JsonWriter.object(this::writeTo);
  }

  private void writeTo(JsonWriter out) {
    out.text("holder", holder)
        .text("kind", kind)
        .text("name", name)
        .text("created", created)
        .text("publicKey", publicKey)
        .text("format", format);
    if (kdf != null) {
      out.object("kdf", kdf::writeTo);
    }
  }

  static KeyHolder decode(byte[] json, String what) {
    try {
      return JsonMembers.read(json, KeyHolder::read);
    } catch (MalformedJsonException e) {
      throw new CorruptObjectException(what, "its holder cannot be read");
    }
  }

  private static KeyHolder read(JsonMembers in) throws MalformedJsonException {
    return new KeyHolder(
        in.text("holder"),
        in.text("kind"),
        in.text("name"),
        in.text("created"),
        in.text("publicKey"),
        in.text("format"),
        in.has("kdf") ? in.object("kdf", Kdf::read) : null);
  }

  boolean isKind(HolderKind expected) {
    return kind.equals(expected.toString());
  }

  /**
   * What a guess costs, checked before anything is computed; null unless this is a passphrase.
   *
   * @throws CorruptObjectException when it is out of bounds
   * @throws UnsupportedFormatException when it is not Argon2id
   */
  @Nullable Argon2Cost cost(String what) {
    if (!isKind(HolderKind.PASSPHRASE)) {
      return null;
    }
    if (kdf == null) {
      throw new CorruptObjectException(what, "it does not say what its passphrase costs");
    }
    if (!kdf.name.equals(ARGON2ID)) {
      throw new UnsupportedFormatException(what, "it needs the key derivation " + kdf.name);
    }
    try {
      return new Argon2Cost(kdf.memoryKiB, kdf.passes, kdf.lanes);
    } catch (IllegalArgumentException e) {
      throw new CorruptObjectException(what, String.valueOf(e.getMessage()));
    }
  }
}
