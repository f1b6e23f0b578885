package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import io.holdfast.storage.StorageException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the keys of a new repository. The format object comes last: it exists if and only if the
 * repository is complete; docs/repository-format.md section 3.1.
 */
final class CreateKeys {
  private final ObjectStore store;
  private final Clock clock;
  private final RandomGenerator random;
  private final Argon2Cost cost;

  /**
   * @param random a source that nobody can predict
   * @param cost of guessing a passphrase
   */
  CreateKeys(ObjectStore store, Clock clock, RandomGenerator random, Argon2Cost cost) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.cost = cost;
  }

  /**
   * Makes a repository.
   *
   * @param holders at least one
   * @param like opened keys of a repository whose family this one joins
   * @return the opened keys; the caller closes them
   * @throws RepositoryException with category CONFLICT when there is a repository
   */
  KeyRing create(List<NewHolder> holders, @Nullable KeyRing like) {
    if (holders.isEmpty()) {
      throw new IllegalArgumentException("nobody could open the repository");
    }
    requireNone(store);
    RandomId repository = RandomId.next(random);
    byte[] format = FormatObject.of(repository, clock.instant()).encode();
    byte[] formatHash = Sha256.of(format);
    RootKey root = RootKey.first(like == null ? RootKey.random(random) : like.family(), random);
    KeyRing ring = new KeyRing(store, repository, formatHash, Map.of(root.generation(), root));
    boolean complete = false;
    try {
      for (NewHolder holder : holders) {
        byte[] key =
            KeyObject.wrap(
                root,
                holder.credential(),
                cost,
                holder.name(),
                repository,
                formatHash,
                clock.instant(),
                random);
        store.put(KeyObject.name(key), ByteBuffer.wrap(key));
      }
      putEpoch(root, repository);
      putFormat(format);
      ring.loadEpochs();
      complete = true;
      return ring;
    } finally {
      if (!complete) {
        ring.close();
      }
    }
  }

  private void putEpoch(RootKey root, RandomId repository) {
    try (EpochObject epoch = EpochObject.next(1, random)) {
      store.put(epoch.name(), ByteBuffer.wrap(epoch.seal(root, repository, random)));
    }
  }

  /** A put that failed may have stored the object all the same; repeating it tells. */
  private void putFormat(byte[] format) {
    PutOutcome outcome;
    try {
      outcome = store.put(FormatObject.NAME, ByteBuffer.wrap(format));
    } catch (StorageException unclear) {
      outcome = repeat(format, unclear);
    }
    if (outcome == PutOutcome.EXISTS
        && !Arrays.equals(
            ObjectKind.read(store, FormatObject.NAME, FormatObject.MAX_SIZE), format)) {
      throw exists(store);
    }
  }

  private PutOutcome repeat(byte[] format, StorageException unclear) {
    try {
      return store.put(FormatObject.NAME, ByteBuffer.wrap(format));
    } catch (StorageException again) {
      unclear.addSuppressed(again);
      throw unclear;
    }
  }

  /**
   * @throws RepositoryException with category CONFLICT when there is a repository
   */
  static void requireNone(ObjectStore store) {
    if (Repositories.exists(store)) {
      throw exists(store);
    }
  }

  private static RepositoryException exists(ObjectStore store) {
    return new RepositoryException(
        FailureCategory.CONFLICT,
        "there is a repository in " + store.describe(),
        "Use it, or name another place.");
  }
}
