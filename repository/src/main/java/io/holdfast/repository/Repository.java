package io.holdfast.repository;

import io.holdfast.storage.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An opened repository: what can be done with it, and what its parts share. Thread-safe. The index
 * is loaded when it is first needed; listing backups does not need it.
 */
public final class Repository implements AutoCloseable {
  private final ObjectStore store;
  private final ObjectKeys keys;
  private final RepositoryOptions options;
  private final ChunkHashing hashing;
  private final FastCdc chunker;
  private final Records records;
  private final Backups backups;
  private final PackReader packs;
  private final WalArchives logs;
  private final DamageNotes notes = new DamageNotes();
  private final ExecutorService cpu;
  private final Supplier<LeaseTimer> timers;
  private @Nullable OpenIndex openIndex;

  private record OpenIndex(ChunkIndex index, ChunkReader reader) {}

  Repository(ObjectStore store, ObjectKeys keys, DomainSecrets secrets, RepositoryOptions options) {
    this(store, keys, secrets, options, ThreadTimer::new);
  }

  /**
   * @param timers of leases, one each
   */
  Repository(
      ObjectStore store,
      ObjectKeys keys,
      DomainSecrets secrets,
      RepositoryOptions options,
      Supplier<LeaseTimer> timers) {
    this.timers = timers;
    this.store = store;
    this.keys = keys;
    this.options = options;
    hashing = new ChunkHashing(secrets.chunkIdKey(), secrets.pageHashKey());
    chunker = new FastCdc(secrets.gearTable());
    records = new Records(store, keys, options.random());
    BackupSummaries summaries =
        new BackupSummaries(options.cache().resolve(id()).resolve("backups"), notes);
    backups = new Backups(store, records, notes, summaries);
    packs = new PackReader(store, keys);
    logs =
        new WalArchives(
            store,
            keys,
            records,
            new WalNames(secrets.walNameKey()),
            options.compression(),
            options.random());
    keys.warnings().forEach(notes::warn);
    cpu =
        Executors.newFixedThreadPool(
            options.parallelism(), Thread.ofPlatform().daemon().name("repository-", 0).factory());
  }

  /** The id that was given to the repository when it was created, 32 digits. */
  public String id() {
    return keys.repository().toString();
  }

  /** Where it is, for messages. */
  public String describe() {
    return store.describe();
  }

  /** The backups that are complete, and the attempts to make them. */
  public Backups backups() {
    return backups;
  }

  /** The write-ahead logs. */
  public WalArchives logs() {
    return logs;
  }

  /** The backups that are being made, by whomever. */
  public List<RunningBackup> running() {
    return new FindRunningBackups(store, records, options.clock(), notes).run();
  }

  /**
   * Starts to write a backup, after ending sessions that died.
   *
   * @param plan what it is to be
   */
  public BackupSession startBackup(BackupPlan plan) {
    new FenceDeadSessions(
            store, records, options.clock(), notes, options.client(), options.version())
        .run();
    Instant now = options.clock().instant();
    Attempt.Identity identity =
        new Attempt.Identity(
            BackupName.next(now, plan.type(), options.random()),
            RandomId.next(options.random()).toString(),
            RandomId.next(options.random()).toString(),
            options.client(),
            options.version(),
            keys.currentEpoch().toString(),
            now);
    Lease lease =
        Lease.start(store, records, sessionRecord(identity, plan), options.clock(), timers.get());
    Attempt attempt = new Attempt(store, records, notes, lease, identity, plan, options.clock());
    try {
      return session(attempt);
    } catch (RuntimeException | Error e) {
      attempt.giveUp(e);
      throw e;
    }
  }

  private BackupSession session(Attempt attempt) {
    OpenIndex open = refreshedIndex();
    ChunkIndex index = open.index();
    index.leaveOut(index.withoutDamage(() -> LostPacks.find(store, index.runs())));
    if (index.lostPacks().foundUnnamed()) {
      index.nameUnnamed();
    }
    LostPacks.warnOfLost(open.index());
    ChunkStore chunks =
        new ChunkStore(
            attempt.lease()::check,
            store,
            keys,
            open.index(),
            hashing,
            options.compression(),
            options.random());
    return new BackupSession(
        store,
        chunks,
        open.reader(),
        notes,
        hashing,
        chunker,
        cpu,
        options.parallelism() * 2,
        backups,
        attempt,
        options.clock());
  }

  private SessionRecord sessionRecord(Attempt.Identity identity, BackupPlan plan) {
    return new SessionRecord(
        identity.session(),
        identity.run(),
        0,
        identity.backup(),
        plan.bases(),
        options.lease().toSeconds(),
        plan.policy(),
        options.client(),
        identity.started());
  }

  /**
   * Damage that was met and got over while reading and writing, such as a pack whose chunks were
   * read from another one, and what is left to the next backup to tidy up: each once, at most some
   * hundred.
   */
  public List<String> warnings() {
    return notes.warnings();
  }

  /** The entries of one source of a backup. */
  public Manifest manifest(SourceRecord source) {
    return new Manifest(source.manifest(), openIndex().reader());
  }

  /** Reads contents of backups. */
  public ContentReader contents() {
    OpenIndex open = openIndex();
    return new ContentReader(
        open.index(), packs, open.reader(), hashing, cpu, options.parallelism() + 1);
  }

  /** Checks what is stored. */
  public Verification verification() {
    OpenIndex open = openIndex();
    return new Verification(
        store,
        keys,
        records,
        new IndexObjects(store, keys, options.random()),
        open.index(),
        packs,
        open.reader(),
        hashing,
        cpu,
        options.parallelism());
  }

  /** The index as it is now; one that is only opened now is. */
  private synchronized OpenIndex refreshedIndex() {
    OpenIndex open = openIndex;
    if (open == null) {
      return openIndex();
    }
    open.index().refresh();
    return open;
  }

  private synchronized OpenIndex openIndex() {
    OpenIndex open = openIndex;
    if (open == null) {
      IndexCache cache = new IndexCache(options.cache().resolve(id()));
      ChunkIndex index =
          ChunkIndex.load(cache, new IndexObjects(store, keys, options.random()), notes);
      open = new OpenIndex(index, new ChunkReader(index, packs, hashing));
      openIndex = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    cpu.shutdownNow();
    cpu.close();
    if (openIndex != null) {
      openIndex.reader().clear();
      openIndex.index().close();
      openIndex = null;
    }
    keys.close();
  }
}
