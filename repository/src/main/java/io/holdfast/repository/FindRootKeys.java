package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.ShortReadException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the root keys that a credential opens; docs/repository-format.md section 5.1. What cannot
 * be read or is too expensive keeps nobody out whose own key object is sound: it is passed over,
 * and told only when nothing opens.
 */
final class FindRootKeys {
  /** More key objects than that are not looked at. */
  private static final int MAX_LOOKED_AT = 10_000;

  private static final int MAX_TRIED = 256;

  /** KiB of memory times passes: after as much as the most expensive passphrase costs, no more. */
  private static final long MAX_WORK = (long) Argon2Cost.MAX_MEMORY_KIB * Argon2Cost.MAX_PASSES;

  private final ObjectStore store;
  private final RandomId repository;
  private final byte[] formatHash;
  private final long memory;
  private final Map<Long, RootKey> roots = new HashMap<>();
  private @Nullable RepositoryException problem;

  /**
   * @param memory in bytes that one try may take
   */
  FindRootKeys(ObjectStore store, RandomId repository, byte[] formatHash, long memory) {
    this.store = store;
    this.repository = repository;
    this.formatHash = formatHash;
    this.memory = memory;
  }

  /**
   * A key object that the credential may open.
   *
   * @param work that a try takes: before one opens, nothing about it is authenticated
   */
  private record Candidate(ObjectName name, String holder, long work) {}

  /**
   * The root keys by generation, at least one; the caller closes them.
   *
   * @throws WrongKeyException when no key object opens and nothing is wrong with any
   */
  Map<Long, RootKey> find(Credential credential) {
    List<Candidate> candidates = new ArrayList<>();
    boolean any = look(credential, candidates);
    tryAll(credential, candidates);
    if (roots.isEmpty()) {
      throw problem != null ? problem : any ? wrongKey(credential) : noKeys();
    }
    return roots;
  }

  private boolean look(Credential credential, List<Candidate> into) {
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
        if (key.holder().isKind(credential.kind())) {
          into.add(new Candidate(name, key.holder().holder(), work(name, key)));
        }
      } catch (CorruptObjectException | UnsupportedFormatException e) {
        remember(e);
      } catch (ObjectNotFoundException | ShortReadException removedMeanwhile) {
        any = true;
      }
    }
    return any;
  }

  private List<ObjectName> keyObjects() {
    try (Stream<ObjectStat> list = NameForm.KEY.list(store)) {
      return list.limit(MAX_LOOKED_AT)
          .filter(o -> o.size() <= ObjectKind.KEY.maximumSize())
          .map(ObjectStat::name)
          .sorted()
          .toList();
    }
  }

  private static long work(ObjectName name, KeyObject key) {
    Argon2Cost cost = key.holder().cost(name.value());
    return cost == null ? 0 : (long) cost.memoryKiB() * cost.passes();
  }

  /**
   * Cheapest first. Once one opened, only those of its holder are left, and none that costs more: a
   * holder's cost is the same in all generations.
   */
  private void tryAll(Credential credential, List<Candidate> candidates) {
    candidates.sort(Comparator.comparingLong(Candidate::work).thenComparing(c -> c.name().value()));
    @Nullable Candidate opened = null;
    long work = 0;
    int tried = 0;
    for (Candidate candidate : candidates) {
      if (opened != null
          && (!candidate.holder().equals(opened.holder()) || candidate.work() > opened.work())) {
        continue;
      }
      if (tried == MAX_TRIED || work >= MAX_WORK) {
        remember(tooMany());
        return;
      }
      tried++;
      work += candidate.work();
      if (tryToOpen(credential, candidate)) {
        opened = candidate;
      }
    }
  }

  private boolean tryToOpen(Credential credential, Candidate candidate) {
    try {
      byte[] object = ObjectKind.KEY.read(store, candidate.name());
      KeyObject key = KeyObject.decode(candidate.name(), object, repository);
      requireMemory(candidate.name(), key);
      Optional<RootKey> root = key.open(credential, formatHash);
      root.ifPresent(this::keep);
      return root.isPresent();
    } catch (CorruptObjectException | UnsupportedFormatException | NotEnoughMemoryException e) {
      remember(e);
    } catch (ObjectNotFoundException | ShortReadException removedMeanwhile) {
      return false;
    }
    return false;
  }

  private void keep(RootKey root) {
    RootKey before = roots.put(root.generation(), root);
    if (before != null) {
      before.close();
    }
  }

  private void requireMemory(ObjectName name, KeyObject key) {
    Argon2Cost cost = key.holder().cost(name.value());
    if (cost != null && cost.memoryKiB() > memory >> 10) {
      throw new NotEnoughMemoryException(name, cost.memoryKiB() >> 10);
    }
  }

  /** A key object asks for more memory than there is. */
  private static final class NotEnoughMemoryException extends RepositoryException {
    private static final long serialVersionUID = 1L;

    NotEnoughMemoryException(ObjectName name, int mebibytes) {
      super(
          FailureCategory.UNSUPPORTED,
          name + " takes " + mebibytes + " MiB of memory to try, more than this process may use",
          "Give Java more memory with -Xmx, or use another passphrase, key file or recovery kit.");
    }
  }

  /** Damage is told before what only another version can read. */
  private void remember(RepositoryException e) {
    if (problem == null || e instanceof CorruptObjectException) {
      problem = e;
    }
  }

  private RepositoryException tooMany() {
    return new RepositoryException(
        FailureCategory.CORRUPT,
        "there are too many or too expensive key objects in " + store.describe(),
        "Somebody put them there: remove from keys/ those that were made last.");
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
