package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Repeats what failed with {@link StorageUnavailableException}, a limited number of times, after
 * pauses that double from a first one up to a longest one; each is a random length between half and
 * all of that, so that many clients do not come back together. Everything else passes. A list is
 * repeated only until its first element has been asked for.
 *
 * <p>A put that is repeated may find its own object of the attempt before and then returns {@link
 * PutOutcome#EXISTS}; whoever needs to know whose object it is compares its content.
 */
public final class RetryingStore implements ObjectStore {
  /**
   * @param attempts all in all, at least 1
   * @param first the pause after the first failure
   * @param longest no pause is longer
   */
  public record Policy(int attempts, Duration first, Duration longest) {
    public static final Policy DEFAULT =
        new Policy(6, Duration.ofMillis(250), Duration.ofSeconds(10));

    public Policy {
      if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
        throw new IllegalArgumentException("impossible retry policy");
      }
    }

    Duration before(int attempt, RandomGenerator random) {
      long cap = Math.min(longest.toMillis(), first.toMillis() << Math.min(attempt - 1, 20));
      return Duration.ofMillis(cap - (cap < 2 ? 0 : random.nextLong(cap / 2)));
    }
  }

  private final ObjectStore store;
  private final Policy policy;
  private final Pause pause;
  private final RandomGenerator random;

  public RetryingStore(ObjectStore store, Policy policy, Pause pause, RandomGenerator random) {
    this.store = store;
    this.policy = policy;
    this.pause = pause;
    this.random = random;
  }

  private <T> T retry(Supplier<T> call) {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (StorageUnavailableException e) {
        if (attempt >= policy.attempts) {
          throw e;
        }
        pause(policy.before(attempt, random), e);
      }
    }
  }

  private void pause(Duration duration, StorageUnavailableException failure) {
    try {
      pause.pause(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.addSuppressed(e);
      throw new StorageInterruptedException(
          "interrupted before another try: " + failure.getMessage(), failure.hint(), failure);
    }
  }

  @Override
  public PutOutcome put(ObjectName name, ByteBuffer content) {
    return retry(() -> store.put(name, content.duplicate()));
  }

  @Override
  public byte[] get(ObjectName name) {
    return retry(() -> store.get(name));
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) {
    return retry(() -> store.get(name, offset, length));
  }

  @Override
  public Optional<ObjectStat> stat(ObjectName name) {
    return retry(() -> store.stat(name));
  }

  @Override
  public Stream<ObjectStat> list(String prefix) {
    return retry(() -> store.list(prefix));
  }

  @Override
  public void delete(ObjectName name) {
    retry(
        () -> {
          store.delete(name);
          return true;
        });
  }

  @Override
  public Instant now() {
    return retry(store::now);
  }

  @Override
  public String describe() {
    return store.describe();
  }

  @Override
  public void close() {
    store.close();
  }
}
