package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
  private static final String SOURCE = "ab".repeat(32);

  @TempDir Path directory;
  private final PackSummary pack = SampleIndex.pack(new Random(1), 300);

  @Test
  void whatAnotherProcessIsWritingStaysUntilThatIsKilled() throws Exception {
    Process writing =
        JavaProcess.start(List.of("-Xmx64m"), WriteRunAndWait.class, cache().toString());
    try {
      assertThat(writing.inputReader().readLine()).isEqualTo("writing");
      RunFiles files = new RunFiles(cache());
      files.removeLeftovers();
      assertThat(names()).singleElement().asString().endsWith(".tmp");
      assertThat(files.openAll()).isEmpty();
      writing.destroyForcibly();
      assertThat(writing.waitFor(60, TimeUnit.SECONDS)).isTrue();
      files.removeLeftovers();
      assertThat(names()).isEmpty();
    } finally {
      writing.destroyForcibly();
    }
  }

  @Test
  void whatThisProcessIsWritingStays() throws IOException {
    RunFiles other = new RunFiles(cache());
    RunFiles files = new RunFiles(cache());
    try (IndexRun run =
        files.write(
            out -> {
              other.removeLeftovers();
              assertThat(other.openAll()).isEmpty();
              assertThat(names()).singleElement().asString().endsWith(".tmp");
              IndexRunWriter.write(out, Set.of(SOURCE), Set.of(), List.of(pack));
            })) {
      assertThat(names()).containsExactly(run.file());
    }
  }

  @Test
  void aRunWhoseFileOthersRemoveStillServesWhoWroteIt() throws IOException {
    RunFiles files = new RunFiles(cache());
    try (IndexRun unnamed =
            files.write(
                out -> {
                  Files.delete(names().getFirst());
                  Files.delete(cache());
                  IndexRunWriter.write(out, Set.of(SOURCE), Set.of(), List.of(pack));
                });
        IndexRun named = write(files)) {
      new RunFiles(cache()).remove(named);
      for (IndexRun run : List.of(unnamed, named)) {
        pack.directory().chunks().forEach(chunk -> assertThat(run.find(chunk.id())).isNotNull());
      }
      files.remove(named);
      files.remove(unnamed);
    }
    assertThat(files.openAll()).isEmpty();
  }

  @Test
  void aPassingRunIsNotFoundByAnybody() throws IOException {
    RunFiles files = new RunFiles(cache());
    try (IndexRun passing =
        files.writePassing(
            out -> IndexRunWriter.write(out, Set.of(SOURCE), Set.of(), List.of(pack)))) {
      assertThat(passing.chunkCount()).isEqualTo(300);
      assertThat(names()).isEmpty();
    }
  }

  @Test
  void aFileThatIsCutShortIsRemoved() throws IOException {
    RunFiles files = new RunFiles(cache());
    IndexRun run = write(files);
    run.close();
    byte[] whole = Files.readAllBytes(run.file());
    for (int length : new int[] {0, 7, 31, 500, whole.length - 1}) {
      Files.write(run.file(), java.util.Arrays.copyOf(whole, length));
      assertThat(files.openAll()).as("%s of %s bytes", length, whole.length).isEmpty();
      assertThat(names()).isEmpty();
    }
  }

  private IndexRun write(RunFiles files) throws IOException {
    return files.write(out -> IndexRunWriter.write(out, Set.of(SOURCE), Set.of(), List.of(pack)));
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private List<Path> names() throws IOException {
    try (Stream<Path> files = Files.list(cache())) {
      return files.toList();
    }
  }
}
