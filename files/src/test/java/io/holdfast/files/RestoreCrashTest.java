package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.repository.ContentReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A restore that dies at any moment leaves no half file behind, and can be run again. */
class RestoreCrashTest {
  private static final int FILES = 30;
  private static final int DEAD = 9;

  @TempDir Path temp;

  /** The process that dies: at which call of a sink, or step of the end, is its argument. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws IOException {
      try (TreeFixture fixture = new TreeFixture(Path.of(args[0]))) {
        fixture.restore(
            fixture.backup().manifest(), TreeRestoreOptions.defaults(), new Death(args[1]));
      }
    }
  }

  private static final class Death implements RestoreFaults {
    private final String moment;
    private final AtomicInteger left;

    Death(String moment) {
      this.moment = moment;
      boolean isCall = Character.isDigit(moment.charAt(0));
      left = new AtomicInteger(isCall ? Integer.parseInt(moment) : Integer.MAX_VALUE);
    }

    @Override
    public ContentReader.Sink wrap(ContentReader.Sink sink) {
      return new DyingSink(sink, left);
    }

    @Override
    public void reached(Step step) {
      if (step.name().equals(moment)) {
        Runtime.getRuntime().halt(DEAD);
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
    assertThat(die(Integer.toString(step))).isEqualTo(DEAD);
    Path target = temp.resolve("target");
    assertThat(target.resolve(".holdfast-restore")).isDirectory();
    assertNoHalfFile(source, target);
    try (TreeFixture fixture = new TreeFixture(temp)) {
      fixture.restore(fixture.backup().manifest());
      assertThat(fixture.compare().differences()).isEmpty();
      assertThat(fixture.compare().entries()).isGreaterThan(FILES);
    }
  }

  @Test
  void untilTheRootIsCompleteTheTargetIsMarked() throws Exception {
    Path source = sourceWithMetadata();
    assertThat(die(RestoreFaults.Step.BEFORE_MARK_IS_REMOVED.name())).isEqualTo(DEAD);
    Path target = temp.resolve("target");
    assertThat(target.resolve(".holdfast-restore")).isDirectory();
    assertSameRights(source, target);
    try (TreeFixture fixture = new TreeFixture(temp)) {
      fixture.restore(fixture.backup().manifest());
      assertThat(fixture.compare().differences()).isEmpty();
    }
  }

  @Test
  void whatIsNotMarkedAnyMoreIsCompleteButForTheTimeOfItsRoot() throws Exception {
    Path source = sourceWithMetadata();
    assertThat(die(RestoreFaults.Step.MARK_REMOVED.name())).isEqualTo(DEAD);
    Path target = temp.resolve("target");
    assertThat(target.resolve(".holdfast-restore")).doesNotExist();
    assertSameRights(source, target);
    Files.setLastModifiedTime(target, Files.getLastModifiedTime(source));
    try (TreeFixture fixture = new TreeFixture(temp)) {
      assertThat(fixture.compare().differences()).isEmpty();
      assertThat(fixture.compare().entries()).isGreaterThan(FILES);
    }
  }

  private Path sourceWithMetadata() throws IOException {
    Path source = Files.createDirectory(temp.resolve("source"));
    fill(source);
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-x--x"));
    if (Accounts.effectiveUser() == 0) {
      Files.setAttribute(source, "unix:uid", 4242);
      Files.setAttribute(source, "unix:gid", 4243);
    }
    return source;
  }

  private static void assertSameRights(Path source, Path target) throws IOException {
    for (String attribute : List.of("unix:mode", "unix:uid", "unix:gid")) {
      assertThat(Files.getAttribute(target, attribute))
          .as(attribute)
          .isEqualTo(Files.getAttribute(source, attribute));
    }
  }

  private int die(String moment) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Victim.class.getName(), temp.toString(), moment));
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
