package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Passes everything to a memory store and keeps an ordered log of what changed it, so that a test
 * can look at the store as a crash after any operation would have left it. Several writers may each
 * have one that shares the log. For tests: memory grows.
 */
public final class RecordingStore implements ObjectStore {
  /** A change that was made. */
  public sealed interface Change {
    ObjectName name();
  }

  /** An object that was created. */
  public record Put(ObjectName name, ByteBuffer content) implements Change {}

  /** An object that was removed, or was to be and was absent. */
  public record Delete(ObjectName name) implements Change {}

  /**
   * A change, who made it, and when: other operations whose times overlap ran beside it.
   *
   * @param issued before it was begun, counted in steps of the log
   * @param acknowledged after it was durable
   */
  public record Operation(Change change, int writer, long issued, long acknowledged) {}

  /** What all writers share. */
  private static final class Log {
    final List<Operation> operations = new ArrayList<>();
    final Map<String, CyclicBarrier> meetings = new ConcurrentHashMap<>();
    final AtomicLong steps = new AtomicLong();
    final AtomicInteger writers = new AtomicInteger();
  }

  private static final int SECONDS_TO_MEET = 60;

  private final MemoryStore store;
  private final MemoryStore start;
  private final Log log;
  private final int writer;

  public RecordingStore(MemoryStore store) {
    this(store, store.copy(), new Log());
  }

  private RecordingStore(MemoryStore store, MemoryStore start, Log log) {
    this.store = store;
    this.start = start;
    this.log = log;
    this.writer = log.writers.getAndIncrement();
  }

  /** The same store and log, for another writer. */
  public RecordingStore anotherWriter() {
    return new RecordingStore(store, start, log);
  }

  /** Number of this writer in the log. */
  public int writer() {
    return writer;
  }

  /**
   * Makes puts under a prefix run beside each other: each waits until so many were issued, by any
   * writers. A put that nobody comes to meet fails the test.
   */
  public void meet(String prefix, int puts) {
    log.meetings.put(prefix, new CyclicBarrier(puts));
  }

  /** What changed so far, in order. */
  public List<Change> changes() {
    return operations().stream().map(Operation::change).toList();
  }

  /** As above, with who made it and what ran beside it. */
  public List<Operation> operations() {
    synchronized (log) {
      return List.copyOf(log.operations);
    }
  }

  /** The store as it was after the first so many changes. */
  public MemoryStore after(int count) {
    return apply(changes().subList(0, count));
  }

  /** The store at the start with these changes applied, in their order. */
  public MemoryStore apply(List<Change> some) {
    MemoryStore result = start.copy();
    for (Change change : some) {
      switch (change) {
        case Put put -> result.put(put.name, put.content.duplicate());
        case Delete delete -> result.delete(delete.name);
      }
    }
    return result;
  }

  @Override
  public PutOutcome put(ObjectName name, List<ByteBuffer> content) {
    ByteBuffer copy = ByteBuffer.wrap(MemoryStore.bytes(content));
    long issued = log.steps.getAndIncrement();
    meetOthers(name);
    synchronized (log) {
      PutOutcome outcome = store.put(name, copy.duplicate());
      if (outcome == PutOutcome.CREATED) {
        add(new Put(name, copy.asReadOnlyBuffer()), issued);
      }
      return outcome;
    }
  }

  @Override
  public void delete(ObjectName name) {
    long issued = log.steps.getAndIncrement();
    synchronized (log) {
      store.delete(name);
      add(new Delete(name), issued);
    }
  }

  private void add(Change change, long issued) {
    log.operations.add(new Operation(change, writer, issued, log.steps.getAndIncrement()));
  }

  private void meetOthers(ObjectName name) {
    for (Map.Entry<String, CyclicBarrier> meeting : log.meetings.entrySet()) {
      if (name.value().startsWith(meeting.getKey())) {
        try {
          meeting.getValue().await(SECONDS_TO_MEET, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StorageInterruptedException("putting " + name, "", e);
        } catch (BrokenBarrierException | TimeoutException e) {
          throw new AssertionError("no other put came to run beside that of " + name, e);
        }
      }
    }
  }

  @Override
  public byte[] get(ObjectName name, int maximum) {
    return store.get(name, maximum);
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) {
    return store.get(name, offset, length);
  }

  @Override
  public Optional<ObjectStat> stat(ObjectName name) {
    return store.stat(name);
  }

  @Override
  public Stream<ObjectStat> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public Instant now() {
    return store.now();
  }

  @Override
  public String describe() {
    return "recording of " + store.describe();
  }

  @Override
  public void close() {
    store.close();
  }
}
