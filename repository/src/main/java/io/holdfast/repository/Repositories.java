package io.holdfast.repository;

import io.holdfast.storage.ObjectStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes and opens repositories. */
public final class Repositories {
  private Repositories() {}

  /** Whether a store holds a repository that is complete. */
  public static boolean exists(ObjectStore store) {
    return store.stat(FormatObject.NAME).isPresent();
  }

  /**
   * Refuses, as {@link #create} would, before anything is prepared for it.
   *
   * @throws RepositoryException with category CONFLICT when the store holds a repository
   */
  public static void requireNone(ObjectStore store) {
    CreateKeys.requireNone(store);
  }

  /**
   * Makes a repository and opens it. When this is interrupted there is none, and it can be
   * repeated.
   *
   * @param holders at least one; their credentials stay the caller's
   * @param cost of guessing a passphrase
   * @param family to join, if any
   * @throws RepositoryException with category CONFLICT when the store holds a repository
   */
  public static Repository create(
      ObjectStore store,
      List<NewHolder> holders,
      Argon2Cost cost,
      @Nullable Family family,
      RepositoryOptions options) {
    CreateKeys create = new CreateKeys(store, options.clock(), options.random(), cost);
    if (family == null) {
      return repository(store, create.create(holders, null), options);
    }
    try (KeyRing like = new OpenKeys(family.store()).open(family.credential())) {
      return repository(store, create.create(holders, like), options);
    }
  }

  /**
   * Opens a repository.
   *
   * @param credential stays the caller's
   * @throws RepositoryException with category NOT_FOUND when there is none
   * @throws WrongKeyException when the credential does not open it
   * @throws CorruptObjectException when what is needed to open it is damaged
   * @throws UnsupportedFormatException when it needs another version of this program
   */
  public static Repository open(
      ObjectStore store, Credential credential, RepositoryOptions options) {
    return repository(store, new OpenKeys(store).open(credential), options);
  }

  private static Repository repository(ObjectStore store, KeyRing keys, RepositoryOptions options) {
    try (Secret domain = keys.defaultDomain()) {
      return new Repository(store, keys, DomainKeys.secrets(domain), options);
    }
  }
}
