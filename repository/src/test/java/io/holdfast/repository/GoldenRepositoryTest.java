package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What an earlier version wrote can be restored, by this version and by the independent reader. */
class GoldenRepositoryTest {
  @TempDir Path work;

  static List<Path> repositories() {
    return GoldenRepository.ALL;
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void thisVersionRestoresIt(Path written) throws IOException {
    SampleRepository golden = GoldenRepository.copy(written, work.resolve("golden"));
    List<String> found = new ArrayList<>();
    try (Repository repository = golden.open(work.resolve("cache"), Compression.DEFAULT)) {
      for (BackupRecord backup : repository.backups().list()) {
        for (SourceRecord source : backup.sources()) {
          Manifest.Cursor entries = repository.manifest(source).cursor();
          while (entries.hasNext()) {
            Entry entry = entries.next();
            found.add(
                GoldenRepository.line(
                    backup.id().value(), source.name(), entry, bytes(repository, entry)));
          }
        }
      }
      assertThat(repository.backups().runs().map(RunRecord::status))
          .containsOnlyOnce(BackupStatus.FAILED)
          .hasSize(5);
    }
    assertThat(found).isEqualTo(GoldenRepository.expected(written));
  }

  private static byte @Nullable [] bytes(Repository repository, Entry entry) {
    Content content = entry.content();
    return content == null ? null : repository.contents().readSmall(content, 1 << 30);
  }

  @ParameterizedTest
  @CsvSource({
    "0, --passphrase-file, passphrase",
    "0, --key-file, key-file",
    "0, --kit-file, recovery-kit.txt",
    "1, --key-file, key-file"
  })
  void theIndependentReaderRestoresIt(int which, String option, String credential)
      throws Exception {
    Path golden = GoldenRepository.ALL.get(which).toAbsolutePath();
    PythonReader reader =
        new PythonReader(golden.resolve("repository"), option, golden.resolve(credential), work);
    assertThat(
            reader.run("verify").requireSuccess().lines().getFirst().get("codecs").propertyNames())
        .containsExactlyInAnyOrder("none", "zstd", "lz4", "gzip");
    List<String> found = new ArrayList<>();
    for (JsonNode backup : reader.run("list").requireSuccess().lines()) {
      String id = backup.get("id").asString();
      Path target = Files.createDirectory(work.resolve(id));
      reader.run("extract", id, "--to", target.toString()).requireSuccess();
      for (JsonNode shown : reader.run("show", id).requireSuccess().lines()) {
        String source = shown.get("source").asString();
        Entry entry = ShownEntry.entry(shown);
        ExtractedTree tree = new ExtractedTree(target.resolve(source));
        found.add(
            GoldenRepository.line(
                id, source, entry, shown.has("content") ? tree.bytes(entry.path()) : null));
      }
    }
    assertThat(found).isEqualTo(GoldenRepository.expected(golden));
  }
}
