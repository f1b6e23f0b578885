package io.holdfast.storage;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The name of an object: components of {@code A-Z a-z 0-9 . _ -} separated by {@code /}. No
 * component is empty or starts with a dot, so that no name can step out of a store or meet a hidden
 * file of it. At most {@value #MAX_LENGTH} characters, {@value #MAX_COMPONENT_LENGTH} a component:
 * what a local directory, S3 and Azure all take. Ordered by characters.
 */
public final class ObjectName implements Comparable<ObjectName> {
  public static final int MAX_LENGTH = 512;
  public static final int MAX_COMPONENT_LENGTH = 200;

  private static final boolean[] ALLOWED = allowed();

  private final String value;

  private ObjectName(String value) {
    this.value = value;
  }

  /**
   * @throws IllegalArgumentException when the value is not a name
   */
  public static ObjectName of(String value) {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not an object name: '" + value + "'");
    }
    return new ObjectName(value);
  }

  /** The name, or null when the value cannot be one. */
  static @Nullable ObjectName orNull(String value) {
    return isValid(value) ? new ObjectName(value) : null;
  }

  /** Whether the value can be a name. */
  public static boolean isValid(String value) {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      return false;
    }
    // Each start of the JVM interprets this for every name of a listing: bytes cost it a quarter of
    // what characters do. What is not in Latin 1 becomes a question mark, which no name has.
    byte[] characters = value.getBytes(StandardCharsets.ISO_8859_1);
    int start = 0;
    for (int i = 0; i < characters.length; i++) {
      byte c = characters[i];
      if (c == '/') {
        if (!isComponent(characters, start, i)) {
          return false;
        }
        start = i + 1;
      } else if (c < 0 || !ALLOWED[c]) {
        return false;
      }
    }
    return isComponent(characters, start, characters.length);
  }

  private static boolean isComponent(byte[] characters, int start, int end) {
    return start < end && end - start <= MAX_COMPONENT_LENGTH && characters[start] != '.';
  }

  private static boolean[] allowed() {
    boolean[] allowed = new boolean[128];
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
        .chars()
        .forEach(c -> allowed[c] = true);
    return allowed;
  }

  /** The whole name. */
  public String value() {
    return value;
  }

  /** The name without its last component and slash; empty when there is only one component. */
  public String parent() {
    int slash = value.lastIndexOf('/');
    return slash < 0 ? "" : value.substring(0, slash);
  }

  /** The last component. */
  public String last() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(ObjectName other) {
    return value.compareTo(other.value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ObjectName name && value.equals(name.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value;
  }
}
