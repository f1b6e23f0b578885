package io.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MakeDataTest {
  private static final int FILES = 300;
  private static final int BYTES = 3_000_000;

  @TempDir Path directory;

  @Test
  void theSameSeedMakesTheSameTree() throws IOException {
    Map<String, Integer> one = contents(tree("one", 1));

    assertThat(contents(tree("other", 1))).isEqualTo(one);
    assertThat(contents(tree("third", 2))).isNotEqualTo(one);
  }

  @Test
  void aTreeHasTheFilesAndBytesThatWereAskedFor() throws IOException {
    Path tree = tree("tree", 1);

    try (Stream<Path> walk = Files.walk(tree)) {
      long[] sizes =
          walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
              .filter(path -> !path.toString().endsWith(".again"))
              .mapToLong(path -> path.toFile().length())
              .toArray();
      assertThat(sizes).hasSize(FILES);
      // Copies of other files replace what was planned, so it is not exact.
      assertThat(Arrays.stream(sizes).sum()).isBetween(BYTES * 8L / 10, BYTES * 12L / 10);
    }
  }

  @Test
  void aRoundChangesItsShareTheSameWayEverywhere() throws IOException {
    Path one = tree("one", 1);
    Path other = tree("other", 1);
    Map<String, Integer> before = contents(one);

    new ChangeTree(one, 1, 3).run(0.1);
    new ChangeTree(other, 1, 3).run(0.1);

    Map<String, Integer> after = contents(one);
    assertThat(contents(other)).isEqualTo(after);
    long changed =
        after.entrySet().stream().filter(e -> !e.getValue().equals(before.get(e.getKey()))).count();
    assertThat(changed).isBetween(FILES / 10L - 3, FILES / 10L + 8);
  }

  @Test
  void ofAFileThatIsAloneAShareOfItsBytesChanges() throws IOException {
    Path file = Files.write(directory.resolve("image.so"), Kind.PROGRAM.sample(BYTES, 1));
    byte[] before = Files.readAllBytes(file);

    new ChangeTree(directory, 1, 3).run(0.1);

    byte[] after = Files.readAllBytes(file);
    assertThat(after).hasSameSizeAs(before);
    long changed = IntStream.range(0, BYTES).filter(i -> before[i] != after[i]).count();
    assertThat(changed).isBetween(BYTES * 2L / 100, BYTES * 11L / 100);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindIsTheSameForTheSameSeedAndFillsItsBlock(Kind kind) {
    byte[] sample = kind.sample(100_003, 5);

    assertThat(kind.sample(100_003, 5)).isEqualTo(sample);
    assertThat(kind.sample(100_003, 6)).isNotEqualTo(sample);
    assertThat(Arrays.copyOfRange(sample, 90_000, 100_003)).isNotEqualTo(new byte[10_003]);
  }

  private Path tree(String name, long seed) throws IOException {
    Path root = directory.resolve(name);
    new MakeTree(root).run(new TreePlan(seed, FILES, BYTES));
    return root;
  }

  /** Hashes of the content of all files, by their relative names. */
  private static Map<String, Integer> contents(Path root) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        contents.put(root.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
