package io.holdfast.repository;

import java.util.List;
import javax.crypto.SecretKey;

/** The keys of objects, derived from the epoch keys that were opened. Thread-safe. */
interface ObjectKeys extends AutoCloseable {
  /** The repository whose keys these are. */
  RandomId repository();

  /**
   * The epoch in which new objects are written.
   *
   * @throws CorruptObjectException when that cannot be told
   */
  RandomId currentEpoch();

  /** What was passed over when they were opened, one line each, for people. */
  default List<String> warnings() {
    return List.of();
  }

  /**
   * The AES key of an object: {@code HKDF(epoch key, salt, label, 32)}.
   *
   * @param label from the label table, without {@code holdfast/1/}
   * @throws CorruptObjectException when the header names an epoch that the repository does not have
   */
  SecretKey derive(ObjectHeader header, String label, String name);

  /** Checks the objects that they were opened from, and those of other holders. */
  default void verify(Findings findings) {}

  /** Wipes the keys, as far as they are held here. */
  @Override
  default void close() {}
}
