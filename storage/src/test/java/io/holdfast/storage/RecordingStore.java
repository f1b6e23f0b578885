package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Passes everything to a memory store and keeps an ordered log of what changed it, so that a test
 * can look at the store as a crash after any operation would have left it. For tests: memory grows.
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

  private final MemoryStore store;
  private final MemoryStore start;
  private final List<Change> changes = new ArrayList<>();

  public RecordingStore(MemoryStore store) {
    this.store = store;
    this.start = store.copy();
  }

  /** What changed so far, in order. */
  public synchronized List<Change> changes() {
    return List.copyOf(changes);
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
  public synchronized PutOutcome put(ObjectName name, List<ByteBuffer> content) {
    ByteBuffer copy = ByteBuffer.wrap(MemoryStore.bytes(content));
    PutOutcome outcome = store.put(name, copy.duplicate());
    if (outcome == PutOutcome.CREATED) {
      changes.add(new Put(name, copy.asReadOnlyBuffer()));
    }
    return outcome;
  }

  @Override
  public synchronized void delete(ObjectName name) {
    store.delete(name);
    changes.add(new Delete(name));
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
