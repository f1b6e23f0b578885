package io.holdfast.repository;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Records of each type, with every member that they can have. */
final class SampleRecords {
  static final String ID = "00112233445566778899aabbccddeeff";
  static final Instant TIME = Instant.parse("2026-03-01T02:00:00Z");
  static final BackupName NAME = new BackupName("20260301T020000Z-full-0011223344556677");
  static final BackupName BASE = new BackupName("20260228T020000Z-incremental-8899aabbccddeeff");
  static final ChunkId ROOT = ChunkId.of(new byte[ChunkId.LENGTH]);

  private SampleRecords() {}

  /**
   * One record.
   *
   * @param name of the file in {@code records/} that says how it is written
   */
  record Sample(
      String name, Object record, Supplier<byte[]> writer, Function<byte[], Object> reader) {
    byte[] json() {
      return writer.get();
    }

    /** As it was stored. */
    Object read(byte[] stored) {
      return reader.apply(stored);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Sample> all() {
    return List.of(
        sample("session", session()),
        sample("tombstone", tombstone()),
        sample("run-failed", failedRun()),
        sample("run-completed", completedRun()),
        sample("backup", backup()),
        sample("backup-without-database", backupWithoutDatabase()),
        sample("format", format()),
        sample("holder-passphrase", passphrase()),
        sample("holder-key-file", keyFile()));
  }

  static Sample sample(String name, Object record) {
    return switch (record) {
      case SessionRecord r -> sealed(name, r, r::writeTo, SessionRecord::read);
      case Tombstone r -> sealed(name, r, r::writeTo, Tombstone::read);
      case RunRecord r -> sealed(name, r, r::writeTo, RunRecord::read);
      case BackupRecord r -> sealed(name, r, r::writeTo, BackupRecord::read);
      case FormatObject r -> new Sample(name, r, r::encode, FormatObject::decode);
      case KeyHolder r ->
          new Sample(name, r, r::encode, json -> KeyHolder.decode(json, "keys/" + ID));
      default -> throw new IllegalArgumentException(record.toString());
    };
  }

  private static Sample sealed(
      String name, Object record, Consumer<JsonWriter> members, JsonMembers.Form<?> form) {
    return new Sample(name, record, () -> JsonWriter.object(members), json -> open(json, form));
  }

  private static Object open(byte[] json, JsonMembers.Form<?> form) {
    ObjectName name = ObjectName.of("runs/" + ID);
    ObjectKeys keys = new FixedKeys(1);
    byte[] object = SealedObject.seal(keys, ObjectKind.RUN, RandomId.NONE, name.value(), json);
    return new Records(new MemoryStore(), keys, new Random(1))
        .open(ObjectKind.RUN, name, object, form);
  }

  static SessionRecord session() {
    return new SessionRecord(
        ID, "f".repeat(32), 3, NAME, List.of(NAME, BASE), 600, "all", "host", TIME.plusMillis(120));
  }

  static Tombstone tombstone() {
    return new Tombstone(ID, "the \"reason\"", "another", TIME.plusNanos(1));
  }

  static RunRecord failedRun() {
    return new RunRecord(
        ID,
        NAME,
        BackupType.TRANSACTION,
        "0.1",
        BackupStatus.FAILED,
        TIME,
        TIME.plusSeconds(5),
        5000,
        "host",
        "all",
        "production",
        ID,
        9,
        "the storage is full");
  }

  static RunRecord completedRun() {
    return RunRecord.of(backupWithoutDatabase());
  }

  static BackupRecord backup() {
    return new BackupRecord(
        NAME,
        Long.MAX_VALUE,
        BackupType.FULL,
        "0.1",
        BackupStatus.COMPLETED,
        TIME,
        TIME.plusSeconds(90),
        90_000,
        TIME.plusMillis(89_001),
        "host",
        "all",
        "production",
        ID,
        ID,
        List.of(BASE),
        1L << 40,
        12,
        "hmac-sha256:00ff",
        ID,
        new BackupRecord.Anchor("0/1000028", TIME.plusNanos(123_456_000)),
        List.of(database(), tree()),
        List.of("a pack was lost"));
  }

  static BackupRecord backupWithoutDatabase() {
    return new BackupRecord(
        BASE,
        1,
        BackupType.INCREMENTAL,
        "0.1",
        BackupStatus.COMPLETED,
        Instant.MIN,
        Instant.MAX,
        -1,
        Instant.EPOCH,
        "",
        "all",
        null,
        ID,
        ID,
        List.of(),
        0,
        0,
        "",
        ID,
        null,
        List.of(),
        List.of());
  }

  /** What a record holds as a map is in no order. */
  static SourceRecord database() {
    return new SourceRecord(
        "main",
        SourceType.DATABASE,
        new ManifestRef(ROOT, 2, 3, Long.MAX_VALUE),
        TIME,
        TIME.plusMillis(5),
        Map.of("changedPages", 7L),
        List.of(),
        0,
        Map.of("cluster", values()));
  }

  static SourceRecord tree() {
    return new SourceRecord(
        "a/\u00e9\u2028\"\\\u0001\ud83d\ude00",
        SourceType.FILES,
        new ManifestRef(ROOT, 0, 0, 0),
        TIME,
        TIME,
        Map.of(),
        List.of("first", "second"),
        2,
        Map.of());
  }

  private static Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("text", "x");
    values.put(
        "list",
        new ArrayList<>(
            Arrays.asList(
                1,
                -5_000_000_000L,
                new BigInteger("123456789012345678901234567890"),
                1.5,
                1e100,
                true,
                null,
                List.of())));
    values.put("map", new TreeMap<>(Map.of("a", Map.of())));
    return values;
  }

  static FormatObject format() {
    return FormatObject.of(RandomId.parse(ID), TIME);
  }

  static KeyHolder passphrase() {
    return new KeyHolder(
        ID,
        "passphrase",
        "the \u00e9 one",
        TIME.toString(),
        "00".repeat(32),
        "ff".repeat(32),
        new KeyHolder.Kdf("argon2id", 65_536, 3, 4));
  }

  static KeyHolder keyFile() {
    return new KeyHolder(
        ID, "key file", "", TIME.toString(), "00".repeat(32), "ff".repeat(32), null);
  }
}
