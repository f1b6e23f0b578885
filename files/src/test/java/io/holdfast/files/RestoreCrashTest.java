package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.ContentReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore that dies at any moment leaves no half file behind, and can be run again. */
class RestoreCrashTest {
  private static final int FILES = 30;
  private static final int DEAD = 9;

  @TempDir Path temp;

  /** The process that dies: at which call of a sink it stops is its argument. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws IOException {
      AtomicInteger left = new AtomicInteger(Integer.parseInt(args[1]));
      try (TreeFixture fixture = new TreeFixture(Path.of(args[0]))) {
        fixture.restore(
            fixture.backup().manifest(),
            TreeRestoreOptions.defaults(),
            sink -> new DyingSink(sink, left));
      }
    }
  }

  private record DyingSink(ContentReader.Sink sink, AtomicInteger left)
      implements ContentReader.Sink {
    private void step() {
      if (left.getAndDecrement() == 0) {
        Runtime.getRuntime().halt(DEAD); // as kill -9: nothing is tidied up
      }
    }

    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      step();
      sink.write(offset, bytes, from, length);
      step();
    }

    @Override
    public void hole(long offset, long length) throws IOException {
      sink.hole(offset, length);
    }

    @Override
    public void complete() throws IOException {
      step();
      sink.complete();
      step();
    }
  }

  private static void fill(Path source) throws IOException {
    Random random = new Random(6);
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[1 + random.nextInt(200_000)];
      random.nextBytes(content);
      Path file = source.resolve("d" + i % 3 + "/f" + i);
      Files.createDirectories(file.getParent());
      Files.write(file, content);
      if (i % 5 == 0) {
        Files.createLink(source.resolve("link" + i), file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 41, 42, 117})
  void theSameRestoreSucceedsAfterwards(int step) throws Exception {
    Path source = Files.createDirectory(temp.resolve("source"));
    fill(source);
    assertThat(die(step)).isEqualTo(DEAD);
    Path target = temp.resolve("target");
    assertThat(target.resolve(".holdfast-restore")).isDirectory();
    assertNoHalfFile(source, target);
    try (TreeFixture fixture = new TreeFixture(temp)) {
      fixture.restore(fixture.backup().manifest());
      assertThat(fixture.compare().differences()).isEmpty();
      assertThat(fixture.compare().entries()).isGreaterThan(FILES);
    }
  }

  private int die(int step) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Victim.class.getName(), temp.toString(), Integer.toString(step)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File(temp.toFile(), "output"))
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(temp.resolve("output")).isEmptyFile();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void assertNoHalfFile(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(target)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        BytePath relative = BytePath.of(target.relativize(file).toString());
        if (!relative.startsWith(BytePath.of(".holdfast-restore"))) {
          assertThat(file).hasSameBinaryContentAs(source.resolve(relative.toString()));
        }
      }
    }
  }
}
