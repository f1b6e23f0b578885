package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make a backup. Sources write contents and manifests through it, from any number of
 * threads; {@link #commit} makes the backup exist. Until then nothing of it shows; a session that
 * is closed without a commit leaves a failed run behind. docs/repository-format.md section 13.
 */
public final class BackupSession implements AutoCloseable {
  private static final int SOURCES_CHECKSUM = 18;

  private final ObjectStore store;
  private final Records records;
  private final ChunkStore chunks;
  private final ChunkReader reader;
  private final DamageNotes damage;
  private final ChunkHashing hashing;
  private final FastCdc chunker;
  private final ExecutorService cpu;
  private final int window;
  private final Backups backups;
  private final Lease lease;
  private final Identity identity;
  private final BackupPlan plan;
  private final Clock clock;
  private @Nullable BackupRecord committed;
  private boolean closed;

  /** Who writes what, fixed when the session starts. */
  record Identity(
      BackupName backup,
      String session,
      String run,
      String client,
      String version,
      String epoch,
      Instant started) {}

  BackupSession(
      ObjectStore store,
      Records records,
      ChunkStore chunks,
      ChunkReader reader,
      DamageNotes damage,
      ChunkHashing hashing,
      FastCdc chunker,
      ExecutorService cpu,
      int window,
      Backups backups,
      Lease lease,
      Identity identity,
      BackupPlan plan,
      Clock clock) {
    this.store = store;
    this.records = records;
    this.chunks = chunks;
    this.reader = reader;
    this.damage = damage;
    this.hashing = hashing;
    this.chunker = chunker;
    this.cpu = cpu;
    this.window = window;
    this.backups = backups;
    this.lease = lease;
    this.identity = identity;
    this.plan = plan;
    this.clock = clock;
  }

  /** The backup that this session will make. */
  public BackupName backup() {
    return identity.backup();
  }

  /** The id of this attempt, as in {@code runs/}. */
  public String run() {
    return identity.run();
  }

  /** When the session started, by the client's clock. */
  public Instant started() {
    return identity.started();
  }

  /** Stores the bytes of a source up to its end. */
  public Content write(ByteSource source) throws IOException {
    try (ContentBuilder builder = content()) {
      builder.data(source, Long.MAX_VALUE);
      return builder.finish();
    }
  }

  /** Starts a content that is made of several stretches. */
  public ContentBuilder content() {
    lease.check();
    return new ContentBuilder(chunks, chunker, hashing, cpu, window);
  }

  /**
   * Starts a content of pages.
   *
   * @param pageSize in bytes
   * @param previous the same file in the backup that is compared with, or null
   */
  public PageWriter pages(int pageSize, @Nullable Content previous) {
    lease.check();
    return new PageWriter(chunks, reader, hashing, cpu, window, pageSize, previous);
  }

  /** Starts a manifest. */
  public ManifestWriter manifest() {
    return new ManifestWriter(chunks);
  }

  /**
   * Takes over a content of an earlier backup.
   *
   * @return false when the repository lost a part of it: it is to be read and stored again
   */
  public boolean reuse(Content content) {
    try {
      return reuse(content.extents());
    } catch (UnusableObjectException e) {
      return false;
    }
  }

  private boolean reuse(ExtentList list) {
    return switch (list) {
      case ExtentList.Leaf(List<Extent> extents) ->
          extents.stream()
              .map(Extent::chunk)
              .allMatch(chunk -> chunk == null || chunks.reference(chunk));
      case ExtentList.Inner(int depth, List<ExtentList.Node> nodes) ->
          nodes.stream().allMatch(node -> chunks.reference(node.id()) && reuse(readNode(node)));
    };
  }

  private ExtentList readNode(ExtentList.Node node) {
    byte[] bytes = reader.get(node.id(), ChunkKind.CONTENT_NODE);
    Decoder in = new Decoder(bytes, "content node " + node.id());
    return ExtentList.decode(in, in.u8());
  }

  /**
   * Notes damage to the repository that was met and got over, for the record and for people.
   *
   * @param message one line, without secrets
   */
  public void warn(String message) {
    damage.warn(message);
  }

  /** What was written so far. */
  public WriteStatistics statistics() {
    return chunks.statistics();
  }

  /**
   * Makes the backup exist: everything durable and checked, then the record.
   *
   * @param anchor what it stands for, where it has a database
   * @throws FencedException when another writer declared this one dead
   * @throws CorruptObjectException when a pack that the backup needs is not there
   */
  public BackupRecord commit(List<SourceRecord> sources, BackupRecord.@Nullable Anchor anchor) {
    lease.check();
    chunks.flush();
    CheckReferencedPacks.run(store, chunks.referenced());
    Instant storageTime = lease.renewNow();
    BackupRecord record = record(sources, anchor, storageTime);
    ObjectName name = identity.backup().object();
    if (records.put(ObjectKind.BACKUP, name, record) == PutOutcome.EXISTS) {
      BackupFate.find(store, records, identity.backup()).ifPresent(this::requireOwn);
    }
    committed = record;
    return record;
  }

  private BackupRecord record(
      List<SourceRecord> sources, BackupRecord.@Nullable Anchor anchor, Instant storageTime) {
    Mac checksum = hashing.startChecksum(SOURCES_CHECKSUM);
    sources.forEach(source -> checksum.update(source.manifest().root().rawBytes()));
    Instant now = clock.instant();
    return new BackupRecord(
        identity.backup(),
        backups.highestSequence() + 1,
        plan.type(),
        identity.version(),
        BackupStatus.COMPLETED,
        identity.started(),
        now,
        Math.max(0, Duration.between(identity.started(), now).toMillis()),
        storageTime,
        identity.client(),
        plan.policy(),
        plan.environment(),
        identity.session(),
        identity.run(),
        plan.bases(),
        sources.stream().mapToLong(source -> source.manifest().bytes()).sum(),
        chunks.statistics().storedBytes(),
        "hmac-sha256:" + java.util.HexFormat.of().formatHex(checksum.doFinal()),
        identity.epoch(),
        anchor,
        sources,
        damage.warnings());
  }

  /** A put that was repeated after an unclear failure finds its own record; that is success. */
  private void requireOwn(BackupFate fate) {
    switch (fate) {
      case BackupFate.Buried(Tombstone tombstone) ->
          throw new FencedException(identity.backup(), tombstone.fencedBy());
      case BackupFate.Made(BackupRecord found) -> {
        if (!isOwn(found)) {
          throw new RepositoryException(
              FailureCategory.CONFLICT,
              "backup " + identity.backup() + " was made by another session",
              "Run the backup again.");
        }
      }
    }
  }

  /**
   * Ends the session. Without a commit, the attempt is recorded as failed with {@code error}.
   *
   * @param error one line, without secrets
   */
  public void end(String error) {
    if (closed) {
      return;
    }
    closed = true;
    lease.close();
    try {
      BackupRecord record = committed == null ? bury(error) : committed;
      RunRecord run = record == null ? failedRun(error) : RunRecord.of(record);
      records.put(ObjectKind.RUN, run.object(), run);
      Lease.remove(store, identity.session());
    } finally {
      chunks.close();
    }
  }

  /**
   * Sees to it that nothing can make this backup exist any more, so that its session can be
   * forgotten.
   *
   * @return the record, when the commit took effect although it seemed to fail
   */
  private @Nullable BackupRecord bury(String error) {
    Tombstone tombstone =
        new Tombstone(identity.session(), error, identity.client(), clock.instant());
    BackupFate fate = BackupFate.decide(store, records, identity.backup(), tombstone);
    return fate instanceof BackupFate.Made(BackupRecord record) && isOwn(record) ? record : null;
  }

  private boolean isOwn(BackupRecord record) {
    return record.session().equals(identity.session());
  }

  private RunRecord failedRun(String error) {
    Instant now = clock.instant();
    return new RunRecord(
        identity.run(),
        identity.backup(),
        plan.type(),
        identity.version(),
        BackupStatus.FAILED,
        identity.started(),
        now,
        RunRecord.millis(identity.started(), now),
        identity.client(),
        plan.policy(),
        plan.environment(),
        identity.session(),
        chunks.statistics().storedBytes(),
        error);
  }

  @Override
  public void close() {
    end("it was given up");
  }

  /** Checks that every pack that a backup refers to is there with its size. */
  private static final class CheckReferencedPacks {
    static void run(ObjectStore store, ReferencedPacks referenced) {
      PackSizes sizes = PackSizes.of(referenced);
      try (Stream<ObjectStat> packs = store.list(PackName.PREFIX)) {
        packs.forEach(sizes::found);
      }
      sizes.requireAllFound();
    }
  }
}
