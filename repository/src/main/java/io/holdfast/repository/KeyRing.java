package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.SecretKey;

/**
 * The keys of an opened repository: root keys by generation, and the epoch keys under them. An
 * epoch that somebody began meanwhile is fetched when an object names it. Thread-safe.
 */
final class KeyRing implements ObjectKeys {
  private static final int MAX_EPOCHS = 100_000;

  private final ObjectStore store;
  private final RandomId repository;
  private final Map<Long, RootKey> roots;
  private final Map<RandomId, EpochObject> epochs = new ConcurrentHashMap<>();

  /**
   * @param roots opened; taken over
   */
  KeyRing(ObjectStore store, RandomId repository, Map<Long, RootKey> roots) {
    this.store = store;
    this.repository = repository;
    this.roots = Map.copyOf(roots);
  }

  /**
   * Opens the epochs that the root keys can open.
   *
   * @throws CorruptObjectException when one is damaged, or there is none
   */
  void loadEpochs() {
    List<ObjectName> names;
    try (Stream<ObjectStat> list = store.list(EpochObject.PREFIX)) {
      names = list.limit(MAX_EPOCHS).map(ObjectStat::name).toList();
    }
    for (ObjectName name : names) {
      byte[] object = ObjectKind.EPOCH.read(store, name);
      if (ObjectHeader.isOf(object, repository)) { // else left by an interrupted creation
        load(name, object);
      }
    }
    if (epochs.isEmpty()) {
      throw new CorruptObjectException(store.describe(), "it has no epoch that the key opens");
    }
  }

  private void load(ObjectName name, byte[] object) {
    ObjectHeader header = EpochObject.header(object, repository, name.value());
    RootKey root = roots.get(header.generation());
    if (root != null) {
      epochs.put(header.epoch(), EpochObject.open(object, name, root, repository));
    }
  }

  @Override
  public RandomId repository() {
    return repository;
  }

  @Override
  public RandomId currentEpoch() {
    return epochs.values().stream()
        .max(Comparator.comparingLong(EpochObject::sequence).thenComparing(e -> e.id().toString()))
        .orElseThrow(() -> new IllegalStateException("no epoch is loaded"))
        .id();
  }

  @Override
  public SecretKey derive(ObjectHeader header, String label, String name) {
    byte[] salt = header.salt().rawBytes();
    return epoch(header.epoch(), name)
        .key()
        .with(bytes -> Hkdf.key("AES", bytes, salt, KeyLabel.info(label)));
  }

  private EpochObject epoch(RandomId id, String name) {
    EpochObject epoch = epochs.get(id);
    if (epoch == null) {
      fetch(id, name);
      epoch = epochs.get(id);
    }
    if (epoch == null) {
      throw new WrongKeyException(
          name + " was written in epoch " + id + ", which this key does not open",
          "Open the repository with a holder of a newer generation.");
    }
    return epoch;
  }

  private void fetch(RandomId id, String name) {
    ObjectName epoch = EpochObject.name(id);
    try {
      load(epoch, ObjectKind.EPOCH.read(store, epoch));
    } catch (ObjectNotFoundException e) {
      throw new CorruptObjectException(name, "it names epoch " + id + ", which does not exist");
    }
  }

  /** The secrets of the default domain, derived when asked for. */
  Secret defaultDomain() {
    return DomainKeys.defaultDomain(newestRoot().family());
  }

  /** A copy of the family secret, for a repository of the same family; the caller closes it. */
  Secret family() {
    return newestRoot().family().with(bytes -> new Secret(bytes.clone()));
  }

  private RootKey newestRoot() {
    return roots.values().stream()
        .max(Comparator.comparingLong(RootKey::generation))
        .orElseThrow(() -> new IllegalStateException("no root key is open"));
  }

  @Override
  public void close() {
    epochs.values().forEach(EpochObject::close);
    roots.values().forEach(RootKey::close);
  }
}
