package io.holdfast.repository;

import io.holdfast.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;

/** Opens repositories with fixed keys, for tests of what is written to them. */
public final class TestRepository {
  private TestRepository() {}

  /**
   * Opens what is in a store; an empty store is an empty repository.
   *
   * @param directory for the cache
   */
  public static Repository open(ObjectStore store, Path directory) {
    return open(store, directory, Compression.DEFAULT, Clock.systemUTC(), Duration.ofMinutes(15));
  }

  /** As above, with everything that a test may want to set. */
  public static Repository open(
      ObjectStore store, Path directory, Compression compression, Clock clock, Duration lease) {
    return new Repository(
        store,
        new FixedKeys(1),
        FixedKeys.secrets(2),
        new RepositoryOptions(
            directory, compression, lease, 2, "test-host", "test", clock, new SecureRandom()));
  }

  /** Adds pages from memory. */
  static void append(PageWriter writer, byte[] bytes, int offset, int length) {
    try {
      writer.append(new ByteArrayInputStream(bytes, offset, length)::read);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }
}
