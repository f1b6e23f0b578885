package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Passes calls on until a planned fault comes up. Thread-safe; for tests. */
public final class FaultyStore implements ObjectStore {
  /** What can be counted and made to fail. */
  public enum Call {
    PUT,
    GET,
    STAT,
    LIST,
    DELETE,
    NOW
  }

  private record Fault(
      Call call, String prefix, int from, int until, Function<String, StorageException> failure) {}

  private record Tampering(String prefix, UnaryOperator<byte[]> change) {}

  private final ObjectStore store;
  private final ConcurrentMap<Call, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Fault> faults = new CopyOnWriteArrayList<>();
  private final CopyOnWriteArrayList<Tampering> tamperings = new CopyOnWriteArrayList<>();
  private volatile boolean faultAfterPut;

  public FaultyStore(ObjectStore store) {
    this.store = store;
  }

  /** The n-th call of a kind from the start, n counted from 1, fails; the next is fine. */
  public FaultyStore fail(Call call, int n, Supplier<StorageException> failure) {
    return failNaming(call, n, name -> failure.get());
  }

  /** As above, with a failure that tells the name of what was called for, or the prefix listed. */
  public FaultyStore failNaming(Call call, int n, Function<String, StorageException> failure) {
    faults.add(new Fault(call, "", n, n, failure));
    return this;
  }

  /** From the n-th call of a kind on, all fail that concern names with the prefix. */
  public FaultyStore failFrom(Call call, int n, String prefix, Supplier<StorageException> failure) {
    faults.add(new Fault(call, prefix, n, Integer.MAX_VALUE, name -> failure.get()));
    return this;
  }

  /** The disk is full from the n-th put on. */
  public FaultyStore fullFrom(int n) {
    return failFrom(
        Call.PUT, n, "", () -> new StorageFullException("no space left", "make room", null));
  }

  /** Puts that fail do so after the object was stored: the answer was lost. */
  public FaultyStore losingAnswers() {
    faultAfterPut = true;
    return this;
  }

  /** What is read of the objects with this prefix goes through the change first. */
  public FaultyStore tamper(String prefix, UnaryOperator<byte[]> change) {
    tamperings.add(new Tampering(prefix, change));
    return this;
  }

  /** Flips one bit of whatever is read of the objects with this prefix; the bit wraps around. */
  public FaultyStore flipBit(String prefix, long bit) {
    return tamper(
        prefix,
        bytes -> {
          if (bytes.length > 0) {
            bytes[(int) ((bit >> 3) % bytes.length)] ^= (byte) (1 << (bit & 7));
          }
          return bytes;
        });
  }

  /** No fault from now on. */
  public void heal() {
    faults.clear();
    tamperings.clear();
  }

  /** How many calls of a kind there were. */
  public int count(Call call) {
    AtomicInteger count = counts.get(call);
    return count == null ? 0 : count.get();
  }

  private void check(Call call, String name) {
    int n = counts.computeIfAbsent(call, c -> new AtomicInteger()).incrementAndGet();
    for (Fault fault : faults) {
      if (fault.call == call
          && n >= fault.from
          && n <= fault.until
          && name.startsWith(fault.prefix)) {
        throw fault.failure.apply(name);
      }
    }
  }

  private byte[] tampered(ObjectName name, byte[] bytes) {
    byte[] result = bytes;
    for (Tampering tampering : tamperings) {
      if (name.value().startsWith(tampering.prefix)) {
        result = tampering.change.apply(result);
      }
    }
    return result;
  }

  @Override
  public PutOutcome put(ObjectName name, List<ByteBuffer> content) {
    if (!faultAfterPut) {
      check(Call.PUT, name.value());
      return store.put(name, content);
    }
    PutOutcome outcome = store.put(name, content);
    check(Call.PUT, name.value());
    return outcome;
  }

  @Override
  public byte[] get(ObjectName name, int maximum) {
    check(Call.GET, name.value());
    return tampered(name, store.get(name, maximum));
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) {
    check(Call.GET, name.value());
    byte[] bytes = tampered(name, store.get(name, offset, length));
    if (bytes.length < length) {
      throw new ShortReadException(name, describe(), offset, length, bytes.length);
    }
    return bytes;
  }

  @Override
  public Optional<ObjectStat> stat(ObjectName name) {
    check(Call.STAT, name.value());
    return store.stat(name);
  }

  @Override
  public Stream<ObjectStat> list(String prefix) {
    check(Call.LIST, prefix);
    return store.list(prefix);
  }

  @Override
  public void delete(ObjectName name) {
    check(Call.DELETE, name.value());
    store.delete(name);
  }

  @Override
  public Instant now() {
    check(Call.NOW, "");
    return store.now();
  }

  @Override
  public String describe() {
    return "faulty " + store.describe();
  }

  @Override
  public void close() {
    store.close();
  }
}
