package io.holdfast.repository;

import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
  private final ChunkStore chunks;
  private final ChunkReader reader;
  private final DamageNotes damage;
  private final ChunkHashing hashing;
  private final FastCdc chunker;
  private final ContentBuffers buffers = new ContentBuffers();
  private final Map<Integer, BufferPool> pageBuffers = new ConcurrentHashMap<>();
  private final ExecutorService cpu;
  private final int window;
  private final Backups backups;
  private final Attempt attempt;
  private final Clock clock;
  private Optional<BackupRecord> ended = Optional.empty();
  private boolean closed;

  BackupSession(
      ObjectStore store,
      ChunkStore chunks,
      ChunkReader reader,
      DamageNotes damage,
      ChunkHashing hashing,
      FastCdc chunker,
      ExecutorService cpu,
      int window,
      Backups backups,
      Attempt attempt,
      Clock clock) {
    this.store = store;
    this.chunks = chunks;
    this.reader = reader;
    this.damage = damage;
    this.hashing = hashing;
    this.chunker = chunker;
    this.cpu = cpu;
    this.window = window;
    this.backups = backups;
    this.attempt = attempt;
    this.clock = clock;
  }

  /** The backup that this session will make. */
  public BackupName backup() {
    return attempt.identity().backup();
  }

  /** The id of this attempt, as in {@code runs/}. */
  public String run() {
    return attempt.identity().run();
  }

  /** When the session started, by the client's clock. */
  public Instant started() {
    return attempt.identity().started();
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
    attempt.lease().check();
    return new ContentBuilder(chunks, chunker, hashing, buffers, cpu, window);
  }

  /**
   * Starts a content of pages.
   *
   * @param pageSize in bytes
   * @param previous the same file in the backup that is compared with, or null
   */
  public PageWriter pages(int pageSize, @Nullable Content previous) {
    attempt.lease().check();
    return new PageWriter(
        chunks, reader, hashing, cpu, window, pageSize, buffersOfPages(pageSize), previous);
  }

  private BufferPool buffersOfPages(int pageSize) {
    return pageBuffers.computeIfAbsent(pageSize, PageWriter::buffers);
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
    attempt.lease().check();
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
    attempt.lease().check();
    chunks.flush();
    CheckReferencedPacks.run(store, chunks.referenced());
    Instant storageTime = attempt.lease().renewNow();
    BackupRecord record = record(sources, anchor, storageTime);
    attempt.commit(record);
    return record;
  }

  private BackupRecord record(
      List<SourceRecord> sources, BackupRecord.@Nullable Anchor anchor, Instant storageTime) {
    Mac checksum = hashing.startChecksum(SOURCES_CHECKSUM);
    sources.forEach(source -> checksum.update(source.manifest().root().rawBytes()));
    Attempt.Identity identity = attempt.identity();
    BackupPlan plan = attempt.plan();
    Instant now = clock.instant();
    return new BackupRecord(
        identity.backup(),
        backups.highestSequence() + 1,
        plan.type(),
        identity.version(),
        BackupStatus.COMPLETED,
        identity.started(),
        now,
        RunRecord.millis(identity.started(), now),
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

  /**
   * Ends the session, also when the thread was interrupted. Unless there was a commit, the attempt
   * is recorded as failed with {@code error}. A commit that threw may have taken effect all the
   * same: the storage's answer was lost. When it only cannot be recorded that a backup exists, or
   * tidied up behind it, {@link Repository#warnings} tells of it, and the next backup does that.
   *
   * @param error one line, without secrets
   * @return the backup, if it exists
   * @throws io.holdfast.storage.HoldfastException when it does not, or nobody knows, and that could
   *     not be recorded
   */
  public Optional<BackupRecord> end(String error) {
    if (closed) {
      return ended;
    }
    closed = true;
    try {
      ended = attempt.end(error, chunks.statistics().storedBytes());
      return ended;
    } finally {
      chunks.close();
    }
  }

  @Override
  public void close() {
    end("it was given up");
  }

  /** Checks that every pack that a backup refers to is there with its size. */
  private static final class CheckReferencedPacks {
    static void run(ObjectStore store, ReferencedPacks referenced) {
      PackSizes sizes = PackSizes.of(referenced);
      try (Stream<ObjectStat> packs = NameForm.PACK.list(store)) {
        packs.forEach(sizes::found);
      }
      sizes.requireAllFound();
    }
  }
}
