package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens the keys of a repository with a credential; docs/repository-format.md sections 5 and 14.
 */
final class OpenKeys {
  /** More key objects than that are not looked at: each may cost a second of Argon2id. */
  private static final int MAX_KEY_OBJECTS = 256;

  private final ObjectStore store;

  OpenKeys(ObjectStore store) {
    this.store = store;
  }

  /**
   * The opened keys; the caller closes them.
   *
   * @throws RepositoryException with category NOT_FOUND when there is no repository in the store
   * @throws WrongKeyException when no key object opens and none is damaged
   * @throws CorruptObjectException when none opens and some are damaged
   */
  KeyRing open(Credential credential) {
    byte[] format = format();
    RandomId repository = FormatObject.decode(format).repositoryId();
    Map<Long, RootKey> roots = roots(credential, repository, Sha256.of(format));
    KeyRing ring = new KeyRing(store, repository, roots);
    boolean loaded = false;
    try {
      ring.loadEpochs();
      loaded = true;
      return ring;
    } finally {
      if (!loaded) {
        ring.close();
      }
    }
  }

  private byte[] format() {
    try (Stream<ObjectStat> list = store.list(FormatObject.PREFIX)) {
      Optional<ObjectStat> newer = list.filter(o -> !o.name().equals(FormatObject.NAME)).findAny();
      if (newer.isPresent()) {
        throw new UnsupportedFormatException("the repository", "it has " + newer.get().name());
      }
    }
    try {
      return ObjectKind.read(store, FormatObject.NAME, FormatObject.MAX_SIZE);
    } catch (ObjectNotFoundException e) {
      throw new RepositoryException(
          FailureCategory.NOT_FOUND,
          "there is no repository in " + store.describe(),
          "Check the place, or make a repository there with 'holdfast init'.",
          e);
    }
  }

  private Map<Long, RootKey> roots(Credential credential, RandomId repository, byte[] formatHash) {
    Map<Long, RootKey> roots = new HashMap<>();
    @Nullable CorruptObjectException damage = null;
    @Nullable String holder = null;
    boolean any = false;
    for (ObjectName name : keyObjects()) {
      try {
        byte[] object = ObjectKind.KEY.read(store, name);
        KeyObject.requireName(name, object);
        if (!ObjectHeader.isOf(object, repository)) {
          continue; // left by a creation that was interrupted
        }
        any = true;
        KeyObject key = KeyObject.decode(name, object, repository);
        // One credential is one holder in all generations: no need to try it on the others.
        if (holder == null || holder.equals(key.holder().holder())) {
          Optional<RootKey> root = key.open(credential, formatHash);
          if (root.isPresent()) {
            holder = key.holder().holder();
            roots.put(root.get().generation(), root.get());
          }
        }
      } catch (CorruptObjectException e) {
        damage = e;
      }
    }
    if (roots.isEmpty()) {
      throw damage != null ? damage : any ? wrongKey(credential) : noKeys();
    }
    return roots;
  }

  private List<ObjectName> keyObjects() {
    try (Stream<ObjectStat> list = store.list(KeyObject.PREFIX)) {
      return list.limit(MAX_KEY_OBJECTS)
          .filter(o -> o.size() <= KeyObject.MAX_SIZE)
          .map(ObjectStat::name)
          .sorted()
          .toList();
    }
  }

  private static CorruptObjectException noKeys() {
    return new CorruptObjectException(
        FormatObject.NAME.value(), "there are no key objects of the repository that it names");
  }

  private WrongKeyException wrongKey(Credential credential) {
    return new WrongKeyException(
        "this " + credential.kind() + " does not open the repository in " + store.describe(),
        "Check it, or use another holder: passphrase, key file or recovery kit.");
  }
}
