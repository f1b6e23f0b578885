package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** Objects in memory, for tests. The clock that is passed in is the storage's clock. */
public final class MemoryStore implements ObjectStore {
  private static final class Held {
    final byte[] content;
    final Instant time;

    Held(byte[] content, Instant time) {
      this.content = content;
      this.time = time;
    }
  }

  private final ConcurrentSkipListMap<ObjectName, Held> objects = new ConcurrentSkipListMap<>();
  private final Clock clock;

  public MemoryStore(Clock clock) {
    this.clock = clock;
  }

  public MemoryStore() {
    this(Clock.systemUTC());
  }

  @Override
  public PutOutcome put(ObjectName name, List<ByteBuffer> content) {
    return objects.putIfAbsent(name, new Held(bytes(content), clock.instant())) == null
        ? PutOutcome.CREATED
        : PutOutcome.EXISTS;
  }

  /** All the remaining bytes, in an array of their own. */
  static byte[] bytes(List<ByteBuffer> content) {
    long size = content.stream().mapToLong(ByteBuffer::remaining).sum();
    if (size > MAX_OBJECT_SIZE) {
      throw new IllegalArgumentException(size + " bytes are more than an object may have");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    content.forEach(bytes::put);
    return bytes.array();
  }

  @Override
  public byte[] get(ObjectName name, int maximum) {
    byte[] content = held(name).content;
    if (content.length > maximum) {
      throw new ObjectTooLargeException(name, describe(), content.length, maximum);
    }
    return content.clone();
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative range");
    }
    byte[] content = held(name).content;
    if (offset > content.length - (long) length) {
      throw new ShortReadException(
          name, describe(), offset, length, Math.clamp(content.length - offset, 0L, length));
    }
    return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
  }

  private Held held(ObjectName name) {
    Held held = objects.get(name);
    if (held == null) {
      throw new ObjectNotFoundException(name, describe(), null);
    }
    return held;
  }

  @Override
  public Optional<ObjectStat> stat(ObjectName name) {
    Held held = objects.get(name);
    return held == null ? Optional.empty() : Optional.of(stat(name, held));
  }

  private static ObjectStat stat(ObjectName name, Held held) {
    return new ObjectStat(name, held.content.length, held.time);
  }

  @Override
  public Stream<ObjectStat> list(String prefix) {
    return objects.entrySet().stream()
        .filter(e -> e.getKey().value().startsWith(prefix))
        .map(e -> stat(e.getKey(), e.getValue()));
  }

  @Override
  public void delete(ObjectName name) {
    objects.remove(name);
  }

  /** Puts content in place of what is there, as damage or an attacker would; no store does this. */
  public void replace(ObjectName name, byte[] content) {
    objects.put(name, new Held(content.clone(), clock.instant()));
  }

  /** A store of its own with the same objects. */
  public MemoryStore copy() {
    MemoryStore copy = new MemoryStore(clock);
    copy.objects.putAll(objects);
    return copy;
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public String describe() {
    return "memory";
  }

  @Override
  public void close() {}
}
