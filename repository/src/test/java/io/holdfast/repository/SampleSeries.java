package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A series of backups with everything that the format knows: a full one, one that failed, and
 * incremental ones, each with another codec. Made from a seed, through the public interface.
 */
final class SampleSeries {
  /** What is in one source of one backup. */
  record Source(String backup, String name, List<Item> items) {}

  /** An entry and the bytes of its content. */
  @SuppressWarnings("ArrayRecordComponent") // compared by the tests themselves
  record Item(Entry entry, byte @Nullable [] bytes) {}

  private final Function<Compression, Repository> open;
  private final SampleCluster cluster;
  private final SampleTree tree;
  private final List<Source> sources = new ArrayList<>();
  private final List<BackupName> backups = new ArrayList<>();

  SampleSeries(long seed, Function<Compression, Repository> open) {
    this.open = open;
    Random random = new Random(seed);
    cluster = new SampleCluster(random);
    tree = new SampleTree(random);
  }

  /** Writes the backups, and tells what is in them, in order. */
  List<Source> write() throws IOException {
    backUp(BackupType.FULL, Compression.DEFAULT);
    fail();
    for (Compression compression :
        List.of(new Compression(Codec.LZ4, 0), new Compression(Codec.GZIP, 6), Compression.NONE)) {
      cluster.change();
      tree.change();
      backUp(BackupType.INCREMENTAL, compression);
    }
    return sources;
  }

  private void backUp(BackupType type, Compression compression) throws IOException {
    try (Repository repository = open.apply(compression);
        BackupSession session = repository.startBackup(plan(type))) {
      List<SourceRecord> records = new ArrayList<>();
      records.add(write(session, "cluster", SourceType.DATABASE, cluster.write(session)));
      records.add(write(session, "tree", SourceType.FILES, tree.write(session)));
      records.add(write(session, "nothing", SourceType.CONFIG, List.of()));
      session.commit(records, new BackupRecord.Anchor("0/" + backups.size() + "000028", now()));
      backups.add(session.backup());
    }
  }

  /** Leaves packs, a tombstone and a failed run behind. */
  private void fail() throws IOException {
    try (Repository repository = open.apply(Compression.DEFAULT);
        BackupSession session = repository.startBackup(plan(BackupType.INCREMENTAL))) {
      session.write(new ByteArrayInputStream(new byte[100_000])::read);
      session.end("the source went away");
    }
  }

  private BackupPlan plan(BackupType type) {
    return new BackupPlan(
        type, "sample", "test", backups.isEmpty() ? List.of() : List.of(backups.getLast()));
  }

  private SourceRecord write(
      BackupSession session, String name, SourceType type, List<Item> unsorted) {
    List<Item> items = new ArrayList<>(unsorted);
    items.sort((a, b) -> a.entry.path().compareTo(b.entry.path()));
    ManifestWriter manifest = session.manifest();
    items.forEach(item -> manifest.add(item.entry));
    sources.add(new Source(session.backup().value(), name, items));
    return new SourceRecord(
        name,
        type,
        manifest.finish(),
        now(),
        now(),
        Map.of("entries", (long) items.size()),
        List.of("a warning"),
        1,
        Map.of("sample", true));
  }

  private static Instant now() {
    return Instant.now();
  }

  /** Bytes of which most compress well. */
  static byte[] text(Random random, int size) {
    byte[] bytes = new byte[size];
    byte[] word = new byte[12];
    for (int at = 0; at < size; at += 600) {
      random.nextBytes(word);
      for (int i = at; i < Math.min(size, at + 600); i += word.length) {
        System.arraycopy(word, 0, bytes, i, Math.min(word.length, size - i));
      }
    }
    return bytes;
  }

  static Item file(Entry.Builder entry, Content content, byte[] bytes) {
    return new Item(entry.content(content).build(), Arrays.copyOf(bytes, bytes.length));
  }

  static Entry.Builder entry(String path, NodeType type) {
    return Entry.builder(BytePath.of(path), type);
  }
}
