package io.holdfast.repository;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * 32 random bytes that open a repository without anything else, written so that they can be printed
 * and typed in; docs/repository-format.md section 5.5. A mistyped character is noticed. Wiped when
 * closed.
 */
public final class RecoveryKit implements AutoCloseable {
  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final String PREFIX = "HFK1";
  private static final int CHARACTERS = 52;
  private static final int CHECK = 4;

  private final byte[] key;

  private RecoveryKit(byte[] key) {
    this.key = key;
  }

  /**
   * @param random a source that nobody can predict
   */
  public static RecoveryKit next(RandomGenerator random) {
    byte[] key = new byte[Hkdf.KEY];
    random.nextBytes(key);
    return new RecoveryKit(key);
  }

  /**
   * Reads what {@link #text()} wrote. Case, white space and dashes do not matter; O is 0, I and L
   * are 1.
   *
   * @throws IllegalArgumentException with what is wrong, which never includes the text
   */
  public static RecoveryKit parse(char[] text) {
    char[] plain = plain(text);
    int[] digits = new int[CHARACTERS + CHECK];
    try {
      read(plain, digits);
      return of(digits);
    } finally {
      Arrays.fill(plain, '\0');
      Arrays.fill(digits, 0);
    }
  }

  /** The characters that count, and no others after them. */
  private static char[] plain(char[] text) {
    char[] all = new char[text.length];
    int length = 0;
    for (char c : text) {
      if (!Character.isWhitespace(c) && c != '-') {
        all[length++] = Character.toUpperCase(c);
      }
    }
    char[] plain = Arrays.copyOf(all, length);
    Arrays.fill(all, '\0');
    return plain;
  }

  private static void read(char[] plain, int[] digits) {
    if (!Arrays.equals(
        plain,
        0,
        Math.min(plain.length, PREFIX.length()),
        PREFIX.toCharArray(),
        0,
        PREFIX.length())) {
      throw new IllegalArgumentException("a recovery kit starts with " + PREFIX);
    }
    int length = plain.length - PREFIX.length();
    if (length != digits.length) {
      throw new IllegalArgumentException(
          "a recovery kit has %d characters after %s, this has %d"
              .formatted(digits.length, PREFIX, length));
    }
    for (int i = 0; i < digits.length; i++) {
      digits[i] = digit(plain[PREFIX.length() + i], i);
    }
  }

  private static RecoveryKit of(int[] digits) {
    if ((digits[CHARACTERS - 1] & 0xF) != 0) {
      throw new IllegalArgumentException("a character near the end is mistyped");
    }
    byte[] key = new byte[Hkdf.KEY];
    for (int bit = 0; bit < key.length * 8; bit++) {
      int value = digits[bit / 5] >> (4 - bit % 5) & 1;
      key[bit / 8] |= (byte) (value << (7 - bit % 8));
    }
    if (!Arrays.equals(check(key), Arrays.copyOfRange(digits, CHARACTERS, digits.length))) {
      Arrays.fill(key, (byte) 0);
      throw new IllegalArgumentException(
          "the check group does not match: a character is mistyped, or two are swapped");
    }
    return new RecoveryKit(key);
  }

  private static int digit(char c, int position) {
    char read = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    int digit = ALPHABET.indexOf(read);
    if (digit < 0) {
      throw new IllegalArgumentException(
          "group " + (position / 4 + 1) + " has a character that no recovery kit has");
    }
    return digit;
  }

  private static int[] check(byte[] key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update("holdfast recovery kit".getBytes(StandardCharsets.US_ASCII));
      byte[] hash = digest.digest(key);
      int bits = (hash[0] & 0xFF) << 12 | (hash[1] & 0xFF) << 4 | (hash[2] & 0xFF) >> 4;
      return new int[] {bits >> 15, bits >> 10 & 31, bits >> 5 & 31, bits & 31};
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no SHA-256", e);
    }
  }

  /** The kit as people keep it. <b>Whoever reads it can open the repository.</b> */
  public String text() {
    StringBuilder text = new StringBuilder(PREFIX);
    for (int i = 0; i < CHARACTERS; i++) {
      int digit = 0;
      for (int bit = i * 5; bit < i * 5 + 5; bit++) {
        int value = bit < key.length * 8 ? key[bit / 8] >> (7 - bit % 8) & 1 : 0;
        digit = digit << 1 | value;
      }
      append(text, i, digit);
    }
    int[] check = check(key);
    for (int i = 0; i < CHECK; i++) {
      append(text, i, check[i]);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, int position, int digit) {
    if (position % 4 == 0) {
      text.append('-');
    }
    text.append(ALPHABET.charAt(digit));
  }

  /**
   * A page to print: what it is for, where the repository is, the kit, and how to use it.
   *
   * @param place where the repository is, in words
   */
  public String page(String repository, String place, String created) {
    return """
        HOLDFAST RECOVERY KIT

        This page alone opens the repository named below. Keep it on paper, locked away
        from the machines that are backed up. Whoever has it can read every backup.

          Repository   %s
          Place        %s
          Created      %s

          %s

        To recover on an empty machine: install Holdfast and JDK 25, make the repository
        reachable, and give this kit where the passphrase is asked for. The last four
        characters check the others. Upper and lower case and spaces do not matter.
        """
        .formatted(repository, place, created, text());
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
  }

  /** A copy of the 32 bytes. */
  byte[] key() {
    return key.clone();
  }

  /** Secrets are not for printing; see {@link #text()}. */
  @Override
  public String toString() {
    return "RecoveryKit";
  }
}
