package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** The logs that a repository holds; docs/repository-format.md section 12.5. Thread-safe. */
public final class WalArchives {
  private final ObjectStore store;
  private final ObjectKeys keys;
  private final Records records;
  private final WalNames names;
  private final Compression compression;
  private final RandomGenerator random;

  WalArchives(
      ObjectStore store,
      ObjectKeys keys,
      Records records,
      WalNames names,
      Compression compression,
      RandomGenerator random) {
    this.store = store;
    this.keys = keys;
    this.records = records;
    this.names = names;
    this.compression = compression;
    this.random = random;
  }

  /** The archive of a log, to store in it: from now on the repository knows of the log. */
  public WalArchive create(WalLog log) {
    records.put(ObjectKind.WAL_LOG, WalLog.object(names.ofLog(log)), log::writeTo);
    return open(log);
  }

  /** The archive of a log, to read it; one that is not there is empty. */
  public WalArchive open(WalLog log) {
    return new WalArchive(store, keys, names, compression, random, log);
  }

  /**
   * All logs, in no particular order.
   *
   * @throws CorruptObjectException when the record of one is damaged
   */
  public List<WalLog> logs() {
    return logs(
        damaged -> {
          throw damaged;
        });
  }

  /**
   * As above.
   *
   * @param damaged told of records that cannot be read, which are passed over
   */
  public List<WalLog> logs(Consumer<RepositoryException> damaged) {
    try (Stream<ObjectStat> objects = NameForm.WAL_LOG.list(store)) {
      return objects
          .map(ObjectStat::name)
          .flatMap(name -> readOrTell(name, damaged).stream())
          .toList();
    }
  }

  private Optional<WalLog> readOrTell(ObjectName name, Consumer<RepositoryException> damaged) {
    try {
      return Optional.of(read(name));
    } catch (UnusableObjectException | UnsupportedFormatException e) {
      damaged.accept(e);
      return Optional.empty();
    }
  }

  private WalLog read(ObjectName name) {
    WalLog log = records.get(ObjectKind.WAL_LOG, name, WalLog::read);
    if (!names.ofLog(log).equals(name.last())) {
      throw new CorruptObjectException(name.value(), "it is the record of another log");
    }
    return log;
  }
}
