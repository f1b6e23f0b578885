package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens the keys of a repository with a credential; docs/repository-format.md sections 5 and 14.
 */
final class OpenKeys {
  private final ObjectStore store;

  OpenKeys(ObjectStore store) {
    this.store = store;
  }

  /**
   * The opened keys; the caller closes them.
   *
   * @throws RepositoryException with category NOT_FOUND when there is no repository in the store
   * @throws WrongKeyException when no key object opens and nothing is wrong with any
   * @throws CorruptObjectException when none opens and some are damaged
   * @throws UnsupportedFormatException when none opens, none is damaged, and some need another
   *     version of this program
   */
  KeyRing open(Credential credential) {
    byte[] format = format();
    RandomId repository = FormatObject.decode(format).repositoryId();
    // A part of the memory: the rest of the program needs some too.
    long memory = Runtime.getRuntime().maxMemory() / 4 * 3;
    byte[] formatHash = Sha256.of(format);
    Map<Long, RootKey> roots =
        new FindRootKeys(store, repository, formatHash, memory).find(credential);
    KeyRing ring = new KeyRing(store, repository, formatHash, roots);
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
    try (Stream<ObjectStat> list = NameForm.FORMAT.list(store)) {
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
}
