package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The backups and runs of a repository. Lists pass over records that are damaged, so that one does
 * not hide the others, and {@link Repository#warnings} tells of them. Thread-safe.
 */
public final class Backups {
  private static final Comparator<BackupRecord> ORDER =
      Comparator.comparingLong(BackupRecord::sequence).thenComparing(record -> record.id().value());

  private final ObjectStore store;
  private final Records records;
  private final DamageNotes notes;
  private final BackupSummaries summaries;

  Backups(ObjectStore store, Records records, DamageNotes notes, BackupSummaries summaries) {
    this.notes = notes;
    this.store = store;
    this.records = records;
    this.summaries = summaries;
  }

  /**
   * All backups in no particular order, each read as the stream gets to it. The caller closes it.
   */
  public Stream<BackupRecord> stream() {
    return NameForm.BACKUP
        .list(store)
        .map(ObjectStat::name)
        .map(this::readOrNote)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull);
  }

  /** All backups, oldest first. */
  public List<BackupRecord> list() {
    try (Stream<BackupRecord> all = stream()) {
      return all.sorted(ORDER).toList();
    }
  }

  /** The newest backup of which this is true. */
  public Optional<BackupRecord> latest(Predicate<BackupRecord> which) {
    try (Stream<BackupRecord> all = stream()) {
      return all.filter(which).max(ORDER);
    }
  }

  /**
   * The newest backup of a policy. Reads few records, however many backups there are; of those that
   * it has read before, it does not notice damage to any but the newest.
   */
  public Optional<BackupRecord> latestOf(String policy) {
    Newest newest = new Newest(policy);
    forEachSummary(name -> orNote(name, () -> said(name)), newest);
    BackupSummaries.Summary found = newest.found;
    if (found == null) {
      return Optional.empty();
    }
    BackupRecord record = readOrNote(found.name());
    if (record != null && record.policy().equals(policy) && record.sequence() == found.sequence()) {
      return Optional.of(record);
    }
    // What was known of it does not hold: it was damaged since, or removed just now.
    summaries.forget();
    return latest(other -> other.policy().equals(policy));
  }

  private static final class Newest implements Consumer<BackupSummaries.Summary> {
    private static final Comparator<BackupSummaries.Summary> AS_RECORDS =
        Comparator.comparingLong(BackupSummaries.Summary::sequence)
            .thenComparing(summary -> summary.name().last());

    private final byte[] policy;
    private BackupSummaries.@Nullable Summary found;

    Newest(String policy) {
      this.policy = BackupSummaries.tag(policy);
    }

    @Override
    public void accept(BackupSummaries.Summary summary) {
      if (Arrays.equals(policy, summary.policy())
          && (found == null || AS_RECORDS.compare(summary, found) > 0)) {
        found = summary;
      }
    }
  }

  private void forEachSummary(
      Function<ObjectName, BackupSummaries.@Nullable Said> read,
      Consumer<BackupSummaries.Summary> visitor) {
    try (Stream<ObjectStat> objects = NameForm.BACKUP.list(store)) {
      summaries.forEach(objects.map(ObjectStat::name), read, visitor);
    }
  }

  /**
   * A backup whose record cannot be read.
   *
   * @param why what keeps it from being read; its category says whether it is damaged
   */
  public record Unreadable(BackupName backup, RepositoryException why) {}

  /** The backups that lists pass over, in the order of their names. */
  public List<Unreadable> unreadable() {
    List<ObjectName> names;
    try (Stream<ObjectStat> objects = NameForm.BACKUP.list(store)) {
      names = objects.map(ObjectStat::name).sorted().toList();
    }
    List<Unreadable> unreadable = new ArrayList<>();
    for (ObjectName name : names) {
      try {
        read(name);
      } catch (ObjectNotFoundException _) {
        // It was removed just now: it is no backup any more.
      } catch (CorruptObjectException | UnsupportedFormatException e) {
        unreadable.add(new Unreadable(new BackupName(name.last()), e));
      }
    }
    return unreadable;
  }

  /**
   * The backup that a person means: its whole id, the random part of it, or the beginning of
   * either.
   *
   * @throws BackupNotFoundException when there is none, or more than one
   */
  public BackupRecord find(String idOrPrefix) {
    List<ObjectName> matches;
    try (Stream<ObjectStat> objects = NameForm.BACKUP.list(store)) {
      matches =
          objects
              .map(ObjectStat::name)
              .filter(name -> matches(new BackupName(name.last()), idOrPrefix))
              .toList();
    }
    List<BackupRecord> found =
        matches.stream()
            .map(this::read)
            .filter(Objects::nonNull)
            .map(Objects::requireNonNull)
            .toList();
    return switch (found.size()) {
      case 1 -> found.getFirst();
      case 0 ->
          throw new BackupNotFoundException(
              FailureCategory.NOT_FOUND,
              idOrPrefix.contains("-transaction-")
                  ? idOrPrefix + " is a record of the log: databases are recovered with --at"
                  : "there is no backup " + idOrPrefix);
      default ->
          throw new BackupNotFoundException(
              FailureCategory.USAGE, found.size() + " backups start with " + idOrPrefix);
    };
  }

  private static boolean matches(BackupName name, String prefix) {
    return !prefix.isEmpty()
        && (name.value().startsWith(prefix) || name.shortId().startsWith(prefix));
  }

  /** As below; null also when it is damaged, which is noted. */
  private @Nullable BackupRecord readOrNote(ObjectName name) {
    return orNote(name, () -> read(name));
  }

  private <T> @Nullable T orNote(ObjectName name, Supplier<@Nullable T> read) {
    try {
      return read.get();
    } catch (ObjectNotFoundException e) {
      return null; // it was removed since the listing
    } catch (CorruptObjectException e) {
      notes.warn(e.getMessage() + "; it was passed over");
    } catch (UnsupportedFormatException e) {
      notes.warn(name + " was passed over: " + e.getMessage());
    }
    return null;
  }

  /** The record of that name, or null when a tombstone stands there. */
  private @Nullable BackupRecord read(ObjectName name) {
    byte[] object = ObjectKind.BACKUP.read(store, name);
    if (records.kindOf(name, object) == ObjectKind.TOMBSTONE) {
      return null;
    }
    BackupRecord record = records.open(ObjectKind.BACKUP, name, object, BackupRecord::read);
    if (!record.id().value().equals(name.last())) {
      throw new CorruptObjectException(name.value(), "it is the record of " + record.id());
    }
    return record;
  }

  private BackupSummaries.Said said(ObjectName name) {
    BackupRecord record = read(name);
    return record == null
        ? BackupSummaries.Said.OF_TOMBSTONE
        : new BackupSummaries.Said(record.sequence(), record.policy());
  }

  /**
   * The highest sequence of all backups whose records can be read. One that is damaged must not
   * keep new backups from being made; verification names it.
   */
  long highestSequence() {
    AtomicLong highest = new AtomicLong();
    forEachSummary(
        this::saidUndamaged, summary -> highest.accumulateAndGet(summary.sequence(), Math::max));
    return highest.get();
  }

  private BackupSummaries.@Nullable Said saidUndamaged(ObjectName name) {
    try {
      return said(name);
    } catch (CorruptObjectException | ObjectNotFoundException e) {
      return null;
    }
  }

  /** All finished attempts, failed ones too, in no particular order. The caller closes it. */
  public Stream<RunRecord> runs() {
    return NameForm.RUN
        .list(store)
        .map(ObjectStat::name)
        .map(name -> orNote(name, () -> records.get(ObjectKind.RUN, name, RunRecord::read)))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull);
  }
}
