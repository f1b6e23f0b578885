package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final byte[] formatHash;
  private final Map<Long, RootKey> roots;
  private final Map<RandomId, EpochObject> epochs = new ConcurrentHashMap<>();

  /** What is wrong with epochs that the root keys should open. */
  private final Map<ObjectName, RepositoryException> unopened = new LinkedHashMap<>();

  /**
   * @param formatHash SHA-256 of {@code format/1}
   * @param roots opened; taken over
   */
  KeyRing(ObjectStore store, RandomId repository, byte[] formatHash, Map<Long, RootKey> roots) {
    this.store = store;
    this.repository = repository;
    this.formatHash = formatHash.clone();
    this.roots = Map.copyOf(roots);
  }

  /**
   * Opens the epochs that the root keys can open. One that does not open keeps nobody from reading
   * what was written in others: whoever can write could have put it there.
   *
   * @throws CorruptObjectException when none opens
   * @throws UnsupportedFormatException when none opens, and that is the reason
   */
  void loadEpochs() {
    List<ObjectName> names;
    try (Stream<ObjectStat> list = NameForm.EPOCH.list(store)) {
      names = list.limit(MAX_EPOCHS).map(ObjectStat::name).toList();
    }
    Map<ObjectName, String> notOurs = new LinkedHashMap<>();
    for (ObjectName name : names) {
      try {
        byte[] object = ObjectKind.EPOCH.read(store, name);
        if (!ObjectHeader.isOf(object, repository)) {
          notOurs.put(name, "it belongs to another repository"); // left by a creation
        } else if (!load(name, object)) {
          notOurs.put(name, "it is of a root key that does not open");
        }
      } catch (CorruptObjectException | UnsupportedFormatException e) {
        unopened.put(name, e);
      }
    }
    if (epochs.isEmpty()) {
      throw noEpoch(notOurs);
    }
  }

  private RepositoryException noEpoch(Map<ObjectName, String> notOurs) {
    for (RepositoryException e : unopened.values()) {
      return e;
    }
    for (Map.Entry<ObjectName, String> epoch : notOurs.entrySet()) {
      return new CorruptObjectException(
          epoch.getKey().value(), epoch.getValue() + ", and no other epoch opens");
    }
    return new CorruptObjectException(store.describe(), "it has no epoch");
  }

  /**
   * What keeps epochs from being opened that the root keys should open, one line each: what was
   * written in them cannot be read, and nothing can be written.
   */
  @Override
  public List<String> warnings() {
    return unopened.values().stream()
        .map(e -> e.getMessage() + "; it was passed over, but no backup can be made beside it")
        .toList();
  }

  /** False when its root key is not open. */
  private boolean load(ObjectName name, byte[] object) {
    ObjectHeader header = EpochObject.header(object, repository, name.value());
    RootKey root = roots.get(header.generation());
    if (root == null) {
      return false;
    }
    epochs.put(header.epoch(), EpochObject.open(object, name, root, repository));
    return true;
  }

  @Override
  public RandomId repository() {
    return repository;
  }

  /**
   * The newest. What does not open could be newer, begun to keep somebody out who knows the others.
   */
  @Override
  public RandomId currentEpoch() {
    unopened.forEach(
        (name, e) -> {
          throw new CorruptObjectException(
              name.value(),
              "it could be the epoch to write in, and does not open: " + e.getMessage(),
              "If nobody here began it, move it out of the repository; else bring it back from a"
                  + " copy of the storage.");
        });
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

  @Override
  public void verify(Findings findings) {
    new VerifyKeys(store, repository, formatHash, roots).run(Set.copyOf(epochs.keySet()), findings);
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
