package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is written as JSON reads back the same; what was not is refused without harm. */
class RecordJsonPropertiesTest {
  private static final String HOLE = "a hole";

  @Property(tries = 300)
  void recordsReadBackTheSame(@ForAll("records") Object record) {
    SampleRecords.Sample sample = SampleRecords.sample("any", record);
    assertThat(sample.read(sample.json())).isEqualTo(record);
  }

  /** Any value in place of any part: it is refused, or is a record that reads back the same. */
  @Property(tries = 3000)
  void hostilePartsAreRefusedClearly(
      @ForAll("samples") SampleRecords.Sample sample,
      @ForAll int place,
      @ForAll("values") String value) {
    JsonNode json = JsonMapper.shared().readTree(sample.json());
    List<Runnable> holes = new ArrayList<>();
    collect(json, holes);
    holes.get(Math.floorMod(place, holes.size())).run();
    assertRefusedOrRead(sample, json.toString().replace('"' + HOLE + '"', value).getBytes(UTF_8));
  }

  /** What puts a hole in place of each value in the JSON. */
  private static void collect(JsonNode in, List<Runnable> holes) {
    if (in instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        holes.add(() -> object.put(member.getKey(), HOLE));
        holes.add(() -> object.remove(member.getKey()));
        collect(member.getValue(), holes);
      }
    } else if (in instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        holes.add(() -> array.set(index, HOLE));
        collect(array.get(i), holes);
      }
    }
  }

  @Property(tries = 3000)
  void alteredBytesAreRefusedClearly(
      @ForAll("samples") SampleRecords.Sample sample, @ForAll int place, @ForAll byte change) {
    byte[] json = sample.json().clone();
    json[Math.floorMod(place, json.length)] ^= change;
    assertRefusedOrRead(sample, json);
  }

  private static void assertRefusedOrRead(SampleRecords.Sample sample, byte[] json) {
    Object record;
    try {
      record = sample.read(json);
    } catch (CorruptObjectException | UnsupportedFormatException e) {
      return;
    }
    SampleRecords.Sample again = SampleRecords.sample("again", record);
    assertThat(again.read(again.json())).isEqualTo(record);
  }

  @Provide
  Arbitrary<SampleRecords.Sample> samples() {
    return Arbitraries.of(SampleRecords.all());
  }

  /** JSON, also of a kind that no record has. */
  @Provide
  Arbitrary<String> values() {
    Arbitrary<String> simple =
        Arbitraries.oneOf(
            Arbitraries.of(
                "null", "true", "", "{", "1e999", "-0.0", "1.5", "NaN", "\"\"", "\"full\""),
            Arbitraries.of("1".repeat(1001), "[".repeat(1000), "[".repeat(499) + "]".repeat(499)),
            Arbitraries.bigIntegers().map(BigInteger::toString),
            Arbitraries.integers().map(String::valueOf),
            instants().map(time -> '"' + time.toString() + '"'),
            Arbitraries.strings().alpha().numeric().ofMaxLength(64).map(text -> '"' + text + '"'));
    return Arbitraries.lazyOf(
        () -> simple,
        () -> simple,
        () -> simple,
        () -> values().list().ofMaxSize(3).map(items -> "[" + String.join(",", items) + "]"),
        () -> values().map(value -> "{\"a\":" + value + ",\"name\":" + value + "}"));
  }

  @Provide
  Arbitrary<Object> records() {
    return Arbitraries.oneOf(
        sessions().map(r -> r),
        tombstones().map(r -> r),
        runs().map(r -> r),
        backups().map(r -> r),
        holders().map(r -> r));
  }

  private static Arbitrary<SessionRecord> sessions() {
    return Combinators.combine(ids(), ids(), numbers(), names(), texts(), instants())
        .as(
            (session, run, number, backup, text, time) ->
                new SessionRecord(
                    session, run, number, backup, List.of(backup), ~number, text, "", time));
  }

  private static Arbitrary<Tombstone> tombstones() {
    return Combinators.combine(texts(), texts(), texts(), instants()).as(Tombstone::new);
  }

  private static Arbitrary<RunRecord> runs() {
    return Combinators.combine(
            ids(),
            names(),
            Arbitraries.of(BackupType.class),
            Arbitraries.of(BackupStatus.class),
            instants(),
            numbers(),
            texts(),
            texts().injectNull(0.3))
        .as(
            (id, backup, type, status, time, number, text, optional) ->
                new RunRecord(
                    id, backup, type, text, status, time, time, number, text, text, optional, id,
                    ~number, optional));
  }

  private static Arbitrary<BackupRecord> backups() {
    return Combinators.combine(
            runs(),
            names().list().ofMaxSize(3),
            Combinators.combine(texts(), instants()).as(BackupRecord.Anchor::new).injectNull(0.3),
            sources().list().ofMaxSize(3),
            texts().list().ofMaxSize(3))
        .as(
            (run, bases, anchor, sources, warnings) ->
                new BackupRecord(
                    run.backup(),
                    run.storedBytes(),
                    run.type(),
                    run.version(),
                    run.status(),
                    run.timestamp(),
                    run.completed(),
                    run.durationMillis(),
                    run.completed(),
                    run.client(),
                    run.policy(),
                    run.environment(),
                    run.session(),
                    run.id(),
                    bases,
                    run.durationMillis(),
                    run.storedBytes(),
                    run.policy(),
                    run.id(),
                    anchor,
                    sources,
                    warnings));
  }

  private static Arbitrary<SourceRecord> sources() {
    Arbitrary<ManifestRef> manifests =
        Combinators.combine(
                Arbitraries.bytes().array(byte[].class).ofSize(ChunkId.LENGTH).map(ChunkId::of),
                Arbitraries.integers().between(0, ManifestRef.MAX_DEPTH),
                Arbitraries.longs().greaterOrEqual(0))
            .as((root, depth, number) -> new ManifestRef(root, depth, number, number));
    return Combinators.combine(
            texts(),
            Arbitraries.of(SourceType.class),
            manifests,
            instants(),
            Arbitraries.maps(texts(), numbers()).ofMaxSize(3),
            texts().list().ofMaxSize(3),
            numbers(),
            Arbitraries.maps(texts(), details()).ofMaxSize(3))
        .as(
            (name, type, manifest, time, statistics, warnings, number, details) ->
                new SourceRecord(
                    name, type, manifest, time, time, statistics, warnings, number, details));
  }

  private static Arbitrary<Object> details() {
    Arbitrary<Object> simple =
        Arbitraries.oneOf(
            texts().map(v -> v),
            Arbitraries.integers().map(v -> v),
            Arbitraries.longs().filter(v -> v != v.intValue()).map(v -> v),
            Arbitraries.doubles().map(v -> v),
            Arbitraries.of(true, false).map(v -> v));
    return Arbitraries.oneOf(
        simple,
        simple.list().ofMaxSize(3).map(RecordJsonPropertiesTest::withNull),
        Arbitraries.maps(texts(), simple).ofMaxSize(3).map(TreeMap::new));
  }

  private static List<@Nullable Object> withNull(List<Object> items) {
    List<@Nullable Object> more = new ArrayList<>(items);
    more.add(null);
    return more;
  }

  private static Arbitrary<KeyHolder> holders() {
    Arbitrary<KeyHolder.Kdf> kdfs =
        Combinators.combine(texts(), Arbitraries.integers())
            .as((name, number) -> new KeyHolder.Kdf(name, number, ~number, number / 2));
    return Combinators.combine(texts(), texts(), kdfs.injectNull(0.3))
        .as((a, b, kdf) -> new KeyHolder(a, b, a, b, a, b, kdf));
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withCharRange('\0', '\ud7ff')
        .withCharRange('\ue000', '\uffff')
        .ofMaxLength(20);
  }

  private static Arbitrary<String> ids() {
    return Arbitraries.strings().withChars("0123456789abcdef").ofLength(32);
  }

  private static Arbitrary<BackupName> names() {
    return Arbitraries.randoms()
        .map(random -> BackupName.next(SampleRecords.TIME, BackupType.FULL, random));
  }

  private static Arbitrary<Long> numbers() {
    return Arbitraries.longs();
  }

  private static Arbitrary<Instant> instants() {
    return Combinators.combine(
            Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
            Arbitraries.integers().between(0, 999_999_999))
        .as(Instant::ofEpochSecond);
  }
}
