package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectStore;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts packs beside the work that fills the next ones. At most a few are on their way; who brings
 * another waits. After a failure nothing more is accepted, since a pack that is lost takes chunks
 * of many files with it. Thread-safe.
 */
final class PackUploads implements AutoCloseable {
  private static final int IN_FLIGHT = 3;

  private final ObjectStore store;
  private final Consumer<PackSummary> durable;
  private final Semaphore places = new Semaphore(IN_FLIGHT);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final AtomicLong storedBytes = new AtomicLong();

  /**
   * @param durable called with each pack once it is durable, from any thread
   */
  PackUploads(ObjectStore store, Consumer<PackSummary> durable) {
    this.store = store;
    this.durable = durable;
  }

  /** Takes over a pack that nobody adds to any more: it is ended, hashed and put. */
  void submit(PackBuilder pack) {
    try {
      acquire(1);
    } catch (CancelledException e) {
      fail(e);
      throw e;
    }
    boolean handedOver = false;
    try {
      check();
      threads.execute(() -> put(pack));
      handedOver = true;
    } finally {
      if (!handedOver) {
        fail(new CancelledException("writing packs to " + store.describe()));
        places.release();
      }
    }
  }

  private void fail(RuntimeException e) {
    failure.compareAndSet(null, e);
  }

  private void put(PackBuilder builder) {
    try {
      PackBuilder.SealedPack pack = builder.finish();
      store.put(pack.summary().name().object(), pack.bytes());
      storedBytes.addAndGet(pack.summary().size());
      durable.accept(pack.summary());
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      // Nobody waits for this thread: without a note of it, the backup would be committed.
      fail(
          new RepositoryException(
              FailureCategory.INTERNAL, "putting a pack failed: " + e, "Run the backup again.", e));
      throw e;
    } finally {
      places.release();
    }
  }

  /** Bytes of the packs that are durable. */
  long storedBytes() {
    return storedBytes.get();
  }

  /** Throws what an upload failed with. */
  void check() {
    RuntimeException e = failure.get();
    if (e != null) {
      throw e;
    }
  }

  /** Waits until nothing is on its way. */
  void await() {
    acquire(IN_FLIGHT);
    places.release(IN_FLIGHT);
    check();
  }

  private void acquire(int count) {
    try {
      places.acquire(count);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("writing packs to " + store.describe());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
