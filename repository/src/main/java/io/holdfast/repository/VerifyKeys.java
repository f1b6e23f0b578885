package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Checks what opens a repository: the format object, the key objects of all holders, as far as that
 * can be told without their credentials, and the epochs; docs/repository-format.md section 5.
 * Nobody notices damage to the recovery kit's key object before it is needed.
 */
final class VerifyKeys {
  private final ObjectStore store;
  private final RandomId repository;
  private final byte[] formatHash;
  private final Map<Long, RootKey> roots;

  /**
   * @param formatHash SHA-256 of {@code format/1} when the repository was opened
   * @param roots by generation
   */
  VerifyKeys(ObjectStore store, RandomId repository, byte[] formatHash, Map<Long, RootKey> roots) {
    this.store = store;
    this.repository = repository;
    this.formatHash = formatHash;
    this.roots = roots;
  }

  /**
   * Adds what is wrong to the findings.
   *
   * @param epochs that were open: they must be there
   */
  void run(Collection<RandomId> epochs, Findings findings) {
    findings.check(FormatObject.NAME.value(), this::checkFormat);
    for (ObjectName name : names(NameForm.KEY)) {
      findings.check(name.value(), () -> checkKey(name));
    }
    for (RandomId epoch : epochs) {
      ObjectName name = EpochObject.name(epoch);
      findings.check(name.value(), () -> checkEpoch(name, ObjectKind.EPOCH.read(store, name)));
    }
    for (ObjectName name : names(NameForm.EPOCH)) {
      if (epochs.stream().noneMatch(epoch -> EpochObject.name(epoch).equals(name))) {
        findings.check(name.value(), () -> checkOtherEpoch(name));
      }
    }
  }

  private List<ObjectName> names(NameForm form) {
    try (Stream<ObjectStat> objects = form.list(store)) {
      return objects.map(ObjectStat::name).toList();
    }
  }

  private void checkFormat() {
    byte[] format = ObjectKind.read(store, FormatObject.NAME, FormatObject.MAX_SIZE);
    if (!Arrays.equals(Sha256.of(format), formatHash)) {
      throw new CorruptObjectException(
          FormatObject.NAME.value(), "it is not the one that the key objects were made for");
    }
  }

  private void checkKey(ObjectName name) {
    byte[] object;
    try {
      object = ObjectKind.KEY.read(store, name);
    } catch (ObjectNotFoundException removedMeanwhile) {
      return;
    }
    KeyObject.requireName(name, object);
    if (ObjectHeader.isOf(object, repository)) { // else left by an interrupted creation
      KeyObject.decode(name, object, repository).requireAuthentic(roots, formatHash);
    }
  }

  private void checkOtherEpoch(ObjectName name) {
    byte[] object = ObjectKind.EPOCH.read(store, name);
    if (ObjectHeader.isOf(object, repository)) {
      checkEpoch(name, object);
    }
  }

  /** One whose root key is not known can only be looked at from outside. */
  private void checkEpoch(ObjectName name, byte[] object) {
    ObjectHeader header = EpochObject.header(object, repository, name.value());
    RootKey root = roots.get(header.generation());
    if (root != null) {
      EpochObject.open(object, name, root, repository).close();
    }
  }
}
