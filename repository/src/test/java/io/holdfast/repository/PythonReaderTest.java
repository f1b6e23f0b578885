package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * What Holdfast writes, the independent reader reads: it proves that docs/repository-format.md is
 * complete and true.
 */
class PythonReaderTest {
  @TempDir static Path shared;
  @TempDir Path work;

  private static SampleRepository sample = SampleRepository.random(Path.of(""), 0);
  private static List<SampleSeries.Source> sources = List.of();

  @BeforeAll
  static void writeSample() throws IOException {
    sample = SampleRepository.random(shared, 11);
    Path cache = shared.resolve("cache");
    sample.create(cache);
    sources = new SampleSeries(11, compression -> sample.open(cache, compression)).write();
  }

  private PythonReader reader() {
    return new PythonReader(sample.store(), "--key-file", sample.keyFile(), work);
  }

  @ParameterizedTest
  @CsvSource({
    "--passphrase-file, passphrase",
    "--key-file, key-file",
    "--kit-file, recovery-kit.txt"
  })
  void everyHolderOpensItAndListsTheBackups(String option, String file) throws Exception {
    List<JsonNode> lines =
        new PythonReader(sample.store(), option, shared.resolve(file), work)
            .run("list")
            .requireSuccess()
            .lines();
    assertThat(lines.stream().map(line -> line.get("id").asString()))
        .containsExactlyElementsOf(
            sources.stream().map(SampleSeries.Source::backup).distinct().toList());
    assertThat(lines.stream().map(line -> line.get("sequence").asInt()))
        .containsExactly(1, 2, 3, 4);
    assertThat(lines.getFirst().get("sources").get(0).get("name").asString()).isEqualTo("cluster");
  }

  @Test
  void everyFieldOfEveryEntryIsShown() throws Exception {
    for (SampleSeries.Source source : sources) {
      List<JsonNode> shown =
          reader().run("show", source.backup(), "--source", source.name()).requireSuccess().lines();
      assertThat(shown).hasSameSizeAs(source.items());
      Iterator<SampleSeries.Item> items = source.items().iterator();
      shown.forEach(line -> ShownEntry.requireSame(line, items.next().entry()));
    }
  }

  @Test
  void onePathIsShownWithWhatIsBelowIt() throws Exception {
    List<JsonNode> shown =
        reader().run("show", "latest", "--source", "tree", "dir").requireSuccess().lines();
    assertThat(shown.stream().map(line -> line.get("path").asString()))
        .containsExactly(
            "dir", "dir/link 1", "dir/nested/deeper", "dir/nested/deeper/file", "dir/void");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyByteAndAllMetadataComeBack(boolean index) throws Exception {
    for (PythonReader.Outcome outcome : extractAll(reader(index))) {
      outcome.requireSuccess();
    }
  }

  /** Extracts every backup and compares it with what was backed up. */
  private List<PythonReader.Outcome> extractAll(PythonReader reader) throws Exception {
    List<PythonReader.Outcome> outcomes = new ArrayList<>();
    for (String backup : sources.stream().map(SampleSeries.Source::backup).distinct().toList()) {
      Path target = work.resolve(backup);
      PythonReader.Outcome outcome = reader.run("extract", backup, "--to", target.toString());
      assertThat(outcome.status()).as(outcome.errors()).isZero();
      outcomes.add(outcome);
      for (SampleSeries.Source source : sources) {
        if (source.backup().equals(backup)) {
          List<SampleSeries.Item> items = source.items();
          if (items.isEmpty()) {
            assertThat(target.resolve(source.name())).isEmptyDirectory();
          } else {
            new ExtractedTree(target.resolve(source.name())).requireSame(items);
          }
        }
      }
    }
    return outcomes;
  }

  @Test
  void everythingIsVerified() throws Exception {
    JsonNode counts = reader().run("verify").requireSuccess().lines().getFirst();
    assertThat(counts.get("damages").asInt()).isZero();
    assertThat(counts.get("backups").asInt()).isEqualTo(4);
    assertThat(counts.get("packs").asInt()).isEqualTo(objects(sample.store(), "packs").size());
    assertThat(counts.get("indexes").asInt()).isEqualTo(objects(sample.store(), "index").size());
    assertThat(counts.get("records").asInt()).isEqualTo(5);
    assertThat(counts.get("codecs").propertyNames())
        .containsExactlyInAnyOrder("none", "zstd", "lz4", "gzip");
    assertThat(counts.get("prepared").asInt()).isPositive();
    assertThat(counts.get("contents").asLong())
        .isEqualTo(
            sources.stream()
                .flatMap(source -> source.items().stream())
                .filter(item -> item.bytes() != null)
                .count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"keys", "packs", "index", "backups", "runs"})
  void aFlippedBitIsFoundAndNamed(String kind) throws Exception {
    Path copy = copyOfTheRepository();
    Path damaged = objects(copy, kind).getFirst();
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length / 2] ^= 4;
    Files.write(damaged, bytes);
    PythonReader.Outcome outcome = reader(copy, "--no-index").run("verify");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains(copy.relativize(damaged).toString());
  }

  @Test
  void aMissingPackIsNamedByWhatItTakesAway() throws Exception {
    Path copy = copyOfTheRepository();
    for (Path pack : objects(copy, "packs")) {
      Files.delete(pack);
    }
    reader(copy).run("show", "latest", "--source", "tree").requireRefusal("packs/", "not there");
    reader(copy, "--no-index")
        .run("show", "latest", "--source", "tree")
        .requireRefusal("chunk", "no pack has it");
  }

  @Test
  void whatALostPackHeldIsFoundWhereItWasStoredAgain() throws Exception {
    SampleRepository healed = SampleRepository.random(work.resolve("healed"), 5);
    healed.create(work.resolve("cache"));
    SampleBackups samples = new SampleBackups(work);
    String first;
    try (Repository repository = healed.open(work.resolve("cache"), Compression.DEFAULT);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      first = samples.write(repository, session, 0).id().value();
    }
    for (Path pack : objects(healed.store(), "packs")) {
      Files.delete(pack);
    }
    try (Repository repository = healed.open(work.resolve("cache"), Compression.DEFAULT);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      samples.write(repository, session, 0);
    }
    PythonReader python = new PythonReader(healed.store(), "--key-file", healed.keyFile(), work);
    python.run("verify").requireSuccess();
    python.run("extract", first, "--to", work.resolve("target").toString()).requireSuccess();
  }

  @ParameterizedTest
  @ValueSource(strings = {"damaged", "lost", "all lost"})
  void withoutIndexObjectsAllComesBackWithAWarning(String how) throws Exception {
    Path copy = copyOfTheRepository();
    List<Path> indexes = objects(copy, "index");
    for (Path index : how.equals("all lost") ? indexes : indexes.subList(0, 1)) {
      if (how.equals("damaged")) {
        Files.write(index, new byte[100]);
      } else {
        Files.delete(index);
      }
    }
    assertThat(extractAll(reader(copy)))
        .anyMatch(
            outcome -> outcome.errors().contains(how.equals("damaged") ? "damaged" : "were lost"));
    PythonReader.Outcome verified = reader(copy).run("verify");
    assertThat(verified.status()).isEqualTo(1);
    assertThat(verified.errors()).contains("index objects were lost");
  }

  @Test
  void whatIsNotPartOfTheRepositoryDisturbsNothing() throws Exception {
    Path copy = copyOfTheRepository();
    for (String name : StrangeNamesTest.STRANGE) {
      Files.createDirectories(copy.resolve(name).getParent());
      Files.writeString(copy.resolve(name), "hello");
    }
    for (PythonReader.Outcome outcome : extractAll(reader(copy))) {
      outcome.requireSuccess();
    }
    reader(copy).run("verify").requireSuccess();
  }

  @Test
  void anEpochThatNothingNeedsIsPassedOver() throws Exception {
    Path copy = copyOfTheRepository();
    String planted = "epochs/" + "0".repeat(32);
    Files.writeString(copy.resolve(planted), "hello");
    assertThat(extractAll(reader(copy))).allMatch(outcome -> outcome.errors().contains(planted));
    assertThat(reader(copy).run("verify").status()).isEqualTo(1);
  }

  @Test
  void aDamagedRecordHidesNoOther() throws Exception {
    Path copy = copyOfTheRepository();
    String newest = sources.getLast().backup();
    Files.write(copy.resolve("backups").resolve(newest), new byte[100]);
    PythonReader.Outcome outcome = reader(copy).run("list");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.lines()).hasSize(3);
    assertThat(outcome.errors()).contains("passed over", newest);
  }

  @Test
  void aWrongCredentialOpensNothing() throws Exception {
    Path wrong = Files.writeString(work.resolve("wrong"), "a wrong passphrase, long enough");
    new PythonReader(sample.store(), "--passphrase-file", wrong, work)
        .run("list")
        .requireRefusal("passphrase", "does not open it");
    new PythonReader(sample.store(), "--key-file", wrong, work)
        .run("list")
        .requireRefusal("key file has 32 to 65536 bytes");
    String kit = Files.readString(sample.kit());
    int at = kit.indexOf("HFK1-") + 5;
    char other = kit.charAt(at) == 'A' ? 'B' : 'A';
    Path mistyped = work.resolve("kit");
    Files.writeString(mistyped, kit.substring(0, at) + other + kit.substring(at + 1));
    new PythonReader(sample.store(), "--kit-file", mistyped, work)
        .run("list")
        .requireRefusal("mistyped");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"required\":[]', '\"required\":[\"magic\"]', requires 'magic'",
    "'\"version\":1', '\"version\":2', version 2",
    "'\"created\"', '\"creation\"', not the one",
  })
  void anotherFormatIsRefused(String from, String to, String why) throws Exception {
    Path copy = copyOfTheRepository();
    Path format = copy.resolve("format/1");
    String json = Files.readString(format);
    assertThat(json).contains(from);
    Files.writeString(format, json.replace(from, to));
    PythonReader.Outcome outcome = reader(copy).run("list");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains("format/1", why);
  }

  @Test
  void aNewerFormatIsRefused() throws Exception {
    Path copy = copyOfTheRepository();
    Files.writeString(copy.resolve("format/2"), "{}");
    reader(copy).run("list").requireRefusal("format/2", "newer");
  }

  @ParameterizedTest
  @CsvSource({"8, kind", "9, version", "11, flags", "20, another repository", "0, not a Holdfast"})
  void aHeaderThatIsNotUnderstoodIsRefused(int at, String why) throws Exception {
    Path copy = copyOfTheRepository();
    Path record = copy.resolve("backups").resolve(sources.getFirst().backup());
    byte[] bytes = Files.readAllBytes(record);
    bytes[at] ^= 0x20;
    Files.write(record, bytes);
    reader(copy)
        .run("show", sources.getFirst().backup())
        .requireRefusal(sources.getFirst().backup(), why);
  }

  @Test
  void aCostlyPassphraseIsNotComputed() throws Exception {
    Path copy = copyOfTheRepository();
    for (Path key : objects(copy, "keys")) {
      String text = Files.readString(key, StandardCharsets.ISO_8859_1);
      byte[] changed =
          text.replace("\"lanes\":1", "\"lanes\":9").getBytes(StandardCharsets.ISO_8859_1);
      Files.delete(key);
      Files.write(copy.resolve(KeyObject.name(changed).value()), changed);
    }
    PythonReader.Outcome outcome =
        new PythonReader(copy, "--passphrase-file", sample.passphrase(), work).run("list");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains("Argon2id parameters are out of bounds");
  }

  @Test
  void noLinkLeadsOutOfTheTarget() throws Exception {
    SampleRepository hostile = SampleRepository.random(work.resolve("hostile"), 3);
    Path outside = Files.createDirectory(work.resolve("outside"));
    hostile.create(work.resolve("cache"));
    try (Repository repository = hostile.open(work.resolve("cache"), Compression.DEFAULT);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      manifest.add(
          SampleSeries.entry("way", NodeType.SYMLINK)
              .linkTarget(BytePath.of(outside.toString()))
              .build());
      manifest.add(
          WriteAndReadTest.file("way/out", session.write(InputStream.nullInputStream()::read)));
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
    }
    PythonReader.Outcome outcome =
        new PythonReader(hostile.store(), "--key-file", hostile.keyFile(), work)
            .run("extract", "latest", "--to", work.resolve("target").toString());
    outcome.requireRefusal("way");
    assertThat(outside).isEmptyDirectory();
  }

  /** The names of an inode hold A, A, B and B: its file changed, or it was given to another one. */
  @Test
  void namesOfAnInodeThatHoldDifferentThingsAreNotLinked() throws Exception {
    SampleRepository changed = SampleRepository.random(work.resolve("changed"), 6);
    changed.create(work.resolve("cache"));
    try (Repository repository = changed.open(work.resolve("cache"), Compression.DEFAULT);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      for (String name : List.of("a1", "a2", "b1", "b2")) {
        byte[] bytes = name.substring(0, 1).getBytes(StandardCharsets.US_ASCII);
        Content content = session.write(new ByteArrayInputStream(bytes)::read);
        long links = name.equals("a1") ? 3 : 2;
        manifest.add(
            SampleSeries.entry(name, NodeType.FILE)
                .mode(0600)
                .content(content)
                .identity(4711, 66, links)
                .build());
      }
      for (String target : List.of("x", "y")) {
        for (int i = 1; i <= 2; i++) {
          manifest.add(
              SampleSeries.entry("link-" + target + i, NodeType.SYMLINK)
                  .linkTarget(BytePath.of(target))
                  .identity(4712, 66, 2)
                  .build());
        }
      }
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
    }
    Path target = work.resolve("target");
    PythonReader.Outcome outcome =
        new PythonReader(changed.store(), "--key-file", changed.keyFile(), work)
            .run("extract", "latest", "--to", target.toString());
    assertThat(outcome.status()).isZero();
    assertThat(outcome.errors().strip().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("not linked to the other names of its inode"))
        .anyMatch(line -> line.contains("'b1'"))
        .anyMatch(line -> line.contains("'link-y1'"));
    Path tree = target.resolve("source");
    assertThat(tree.resolve("a2")).hasContent("a");
    assertThat(tree.resolve("b1")).hasContent("b");
    assertThat(tree.resolve("b2")).hasContent("b");
    assertThat(Files.readSymbolicLink(tree.resolve("link-y2"))).hasToString("y");
    for (List<String> pair :
        List.of(
            List.of("a1", "a2"),
            List.of("b1", "b2"),
            List.of("link-x1", "link-x2"),
            List.of("link-y1", "link-y2"))) {
      assertThat(inode(tree.resolve(pair.getLast())))
          .isEqualTo(inode(tree.resolve(pair.getFirst())));
    }
    assertThat(inode(tree.resolve("b1"))).isNotEqualTo(inode(tree.resolve("a1")));
    assertThat(inode(tree.resolve("link-y1"))).isNotEqualTo(inode(tree.resolve("link-x1")));
  }

  private static Object inode(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void aManifestOfSeveralLevelsIsReadInOrder() throws Exception {
    SampleRepository large = SampleRepository.random(work.resolve("large"), 4);
    large.create(work.resolve("cache"));
    int count = 10_000;
    String directory = ("n".repeat(240) + "/").repeat(12);
    List<String> paths =
        IntStream.range(0, count).mapToObj(i -> directory + "%06d".formatted(i)).toList();
    try (Repository repository = large.open(work.resolve("cache"), Compression.DEFAULT);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      for (String path : paths) {
        manifest.add(SampleSeries.entry(path, NodeType.FIFO).build());
      }
      ManifestRef ref = manifest.finish();
      assertThat(ref.depth()).isGreaterThanOrEqualTo(2);
      session.commit(List.of(WriteAndReadTest.source(ref)), null);
    }
    List<JsonNode> shown =
        new PythonReader(large.store(), "--key-file", large.keyFile(), work)
            .run("show", "latest")
            .requireSuccess()
            .lines();
    assertThat(shown.stream().map(line -> line.get("path").asString()))
        .containsExactlyElementsOf(paths);
  }

  private static List<Path> objects(Path repository, String kind) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve(kind))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private PythonReader reader(Path repository, String... options) {
    return new PythonReader(repository, "--key-file", sample.keyFile(), work, options);
  }

  private PythonReader reader(boolean index) throws IOException {
    if (index) {
      return reader();
    }
    Path copy = copyOfTheRepository();
    for (Path object : objects(copy, "index")) {
      Files.delete(object);
    }
    return reader(copy, "--no-index");
  }

  private Path copyOfTheRepository() throws IOException {
    Path copy = Files.createTempDirectory(work, "copy").resolve("repository");
    try (Stream<Path> files = Files.walk(sample.store())) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            copy.resolve(sample.store().relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return copy;
  }
}
