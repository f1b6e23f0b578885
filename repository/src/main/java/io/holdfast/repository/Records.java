package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Puts and gets sealed JSON records; docs/repository-format.md section 12. Thread-safe. */
final class Records {
  /** Plain bytes of a record at most. */
  private static final int MAX_SIZE = 4 << 20;

  private final ObjectStore store;
  private final ObjectKeys keys;
  private final RandomGenerator random;

  Records(ObjectStore store, ObjectKeys keys, RandomGenerator random) {
    this.store = store;
    this.keys = keys;
    this.random = random;
  }

  PutOutcome put(ObjectKind kind, ObjectName name, Consumer<JsonWriter> record) {
    byte[] plain = JsonWriter.object(record);
    if (plain.length > MAX_SIZE) {
      throw new RepositoryException(
          FailureCategory.UNSUPPORTED,
          "the record " + name + " would take " + plain.length + " bytes",
          "A record has at most " + MAX_SIZE + ": split the backup into several policies.");
    }
    byte[] object = SealedObject.seal(keys, kind, RandomId.next(random), name.value(), plain);
    return store.put(name, ByteBuffer.wrap(object));
  }

  <T> T get(ObjectKind kind, ObjectName name, JsonMembers.Form<T> form) {
    return open(kind, name, kind.read(store, name), form);
  }

  <T> T open(ObjectKind kind, ObjectName name, byte[] object, JsonMembers.Form<T> form) {
    byte[] plain = SealedObject.open(keys, kind, name, object, MAX_SIZE);
    try {
      return JsonMembers.read(plain, form);
    } catch (MalformedJsonException e) {
      throw new CorruptObjectException(name.value(), "it is not a record: " + e.getMessage());
    }
  }

  /** What an object is, by its header. */
  ObjectKind kindOf(ObjectName name, byte[] object) {
    return ObjectHeader.decode(object, keys.repository(), name.value()).kind();
  }
}
