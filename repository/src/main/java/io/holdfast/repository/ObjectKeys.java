package io.holdfast.repository;

import javax.crypto.SecretKey;

/** The keys of objects, derived from the epoch keys that were opened. Thread-safe. */
interface ObjectKeys extends AutoCloseable {
  /** The repository whose keys these are. */
  RandomId repository();

  /** The epoch in which new objects are written. */
  RandomId currentEpoch();

  /**
   * The AES key of an object: {@code HKDF(epoch key, salt, label, 32)}.
   *
   * @param label from the label table, without {@code holdfast/1/}
   * @throws CorruptObjectException when the header names an epoch that the repository does not have
   */
  SecretKey derive(ObjectHeader header, String label, String name);

  /** Wipes the keys, as far as they are held here. */
  @Override
  default void close() {}
}
