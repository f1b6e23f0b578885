package io.holdfast.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who a key object is for: the clear part of it; docs/repository-format.md section 5.1.
 *
 * @param holder a random id, the same in all generations
 * @param kind as text, since kinds of later versions must be passed over, not refused
 * @param publicKey X25519, 64 digits
 * @param format SHA-256 of {@code format/1}, 64 digits
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
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
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  record Kdf(String name, int memoryKiB, int passes, int lanes) {
    static Kdf of(Argon2Cost cost) {
      return new Kdf(ARGON2ID, cost.memoryKiB(), cost.passes(), cost.lanes());
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
    return JSON.writeValueAsBytes(this);
  }

  static KeyHolder decode(byte[] json, String what) {
    try {
      return Objects.requireNonNull(JSON.readValue(json, KeyHolder.class), "holder");
    } catch (JacksonException | NullPointerException e) {
      throw new CorruptObjectException(what, "its holder cannot be read");
    }
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
