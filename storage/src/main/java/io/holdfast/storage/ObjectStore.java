package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A place that keeps immutable objects by name. This comment is the specification; the suite {@code
 * ObjectStoreContract} checks it and every kind of store runs it.
 *
 * <ul>
 *   <li><b>Write-once.</b> Nothing overwrites, appends to or renames an object. Of any number of
 *       concurrent puts of one name, from any processes, exactly one returns {@link
 *       PutOutcome#CREATED}; it decides the content.
 *   <li><b>Atomic.</b> A reader sees an object whole or not at all, also when a writer dies at any
 *       instant.
 *   <li><b>Durable.</b> When a put returns, with either outcome, the object survives the loss of
 *       power. A put that throws may or may not have stored the object, but never a part of it;
 *       repeating it is harmless.
 *   <li><b>Consistent.</b> After a put returned, every get, stat and list that starts later, in any
 *       process, sees the object; after a delete, none does. A list that runs beside puts and
 *       deletes returns every object that was there throughout, none twice, and may or may not
 *       return the others.
 *   <li><b>Complete or failed.</b> A get returns all the bytes that were asked for, or throws.
 *       Stores do not check content: that is the business of the layer above, which seals it.
 *   <li><b>Thread-safe.</b> All methods may be called from any thread at any time before {@link
 *       #close}. They block; an interrupt ends them with {@link StorageInterruptedException}.
 *   <li><b>Bounded.</b> An object has at most {@link #MAX_OBJECT_SIZE} bytes. A list uses memory
 *       that does not grow with the number of objects.
 * </ul>
 *
 * Errors: {@link ObjectNotFoundException}, {@link ObjectTooLargeException}, {@link
 * StorageFullException}, {@link StorageAccessException}, {@link ShortReadException}, {@link
 * StorageInterruptedException}, {@link StorageUnavailableException} (the only one worth repeating),
 * or their parent {@link StorageException}.
 */
public interface ObjectStore extends AutoCloseable {
  /** The size in bytes that no object exceeds. */
  int MAX_OBJECT_SIZE = 1 << 30;

  /**
   * Stores an object unless one of that name exists.
   *
   * @param content the remaining bytes of these buffers, one after the other; their positions may
   *     be anywhere afterwards
   * @throws IllegalArgumentException when there are more than {@link #MAX_OBJECT_SIZE} bytes
   */
  PutOutcome put(ObjectName name, List<ByteBuffer> content);

  /** As above, of one buffer. */
  default PutOutcome put(ObjectName name, ByteBuffer content) {
    return put(name, List.of(content));
  }

  /**
   * All bytes of an object that has no more than {@code maximum}. A larger one is told by its size,
   * before memory is taken for it.
   *
   * @throws ObjectNotFoundException when there is none
   * @throws ObjectTooLargeException when it is larger
   */
  byte[] get(ObjectName name, int maximum);

  /** As above, with {@link #MAX_OBJECT_SIZE}. */
  default byte[] get(ObjectName name) {
    return get(name, MAX_OBJECT_SIZE);
  }

  /**
   * Exactly {@code length} bytes of an object from {@code offset} on.
   *
   * @throws ObjectNotFoundException when there is none
   * @throws ShortReadException when it ends before {@code offset + length}
   */
  byte[] get(ObjectName name, long offset, int length);

  /** Size and time of an object; empty when there is none. */
  Optional<ObjectStat> stat(ObjectName name);

  /**
   * The objects whose names start with the prefix (a plain string: it need not end at a slash;
   * empty for all), in any order, read while the stream is consumed. Failures come out of the
   * stream's operations. The caller closes the stream.
   */
  Stream<ObjectStat> list(String prefix);

  /**
   * Removes an object; one that is not there is fine. Durable: it does not come back after the loss
   * of power.
   */
  void delete(ObjectName name);

  /** The time by the storage's clock, the one that {@link ObjectStat#time} is taken from. */
  Instant now();

  /** What and where this store is, for messages; without secrets. */
  String describe();

  @Override
  void close();
}
