package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What opens a repository. Wiped when closed; never printed. */
public final class Credential implements AutoCloseable {
  static final int MIN_KEY_FILE = 32;
  static final int MAX_KEY_FILE = 65_536;

  private final HolderKind kind;
  private final Secret secret;

  private Credential(HolderKind kind, Secret secret) {
    this.kind = kind;
    this.secret = secret;
  }

  /**
   * A passphrase; the characters are copied, and the caller wipes its own. Where its accents have
   * to be normalised, a copy stays in memory until it is collected: the JDK makes it a string.
   *
   * @throws IllegalArgumentException when it is empty or not valid text
   */
  public static Credential passphrase(char[] passphrase) {
    if (passphrase.length == 0) {
      throw new IllegalArgumentException("the passphrase is empty");
    }
    CharBuffer chars = CharBuffer.wrap(passphrase);
    CharSequence normal =
        Normalizer.isNormalized(chars, Normalizer.Form.NFC)
            ? chars
            : Normalizer.normalize(chars, Normalizer.Form.NFC);
    return new Credential(HolderKind.PASSPHRASE, new Secret(utf8(CharBuffer.wrap(normal))));
  }

  private static byte[] utf8(CharBuffer text) {
    ByteBuffer buffer = ByteBuffer.allocate(text.remaining() * 3);
    try {
      if (StandardCharsets.UTF_8.newEncoder().encode(text, buffer, true).isError()) {
        throw new IllegalArgumentException("the passphrase is not valid text");
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    } finally {
      Arrays.fill(buffer.array(), (byte) 0);
    }
  }

  /**
   * The bytes of a key file, copied.
   *
   * @throws IllegalArgumentException unless there are 32 to 65 536
   */
  public static Credential keyFile(byte[] content) {
    if (content.length < MIN_KEY_FILE || content.length > MAX_KEY_FILE) {
      throw new IllegalArgumentException(
          "a key file has %d to %d bytes, this has %d"
              .formatted(MIN_KEY_FILE, MAX_KEY_FILE, content.length));
    }
    return new Credential(HolderKind.KEY_FILE, new Secret(content.clone()));
  }

  /** A recovery kit; its key is copied, and the caller closes it. */
  public static Credential recoveryKit(RecoveryKit kit) {
    return new Credential(HolderKind.RECOVERY_KIT, new Secret(kit.key()));
  }

  /** What kind of holder this is. */
  public HolderKind kind() {
    return kind;
  }

  /** The key-encrypting key of section 5.1. */
  Secret kek(byte[] salt, @Nullable Argon2Cost cost) {
    return switch (kind) {
      case PASSPHRASE -> {
        if (cost == null) {
          throw new IllegalArgumentException("a passphrase needs its cost");
        }
        yield secret.with(bytes -> new Secret(cost.derive(bytes, salt)));
      }
      case KEY_FILE -> secret.derive(salt, KeyLabel.KEY_FILE);
      case RECOVERY_KIT -> secret.derive(salt, KeyLabel.RECOVERY_KIT);
    };
  }

  @Override
  public void close() {
    secret.close();
  }

  @Override
  public String toString() {
    return "credential (" + kind + ")";
  }
}
