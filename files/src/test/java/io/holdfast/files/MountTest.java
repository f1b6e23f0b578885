package io.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.holdfast.posix.BytePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees with a file system mounted in them, which only the child process sees. */
class MountTest {
  private static final String MOUNT =
      "for at in \"$0/source/mounted\" \"$0/target/mounted\";"
          + " do mkdir -p \"$at\" && mount -t tmpfs tmpfs \"$at\" || exit 9; done;"
          + " exec \"$@\"";

  @TempDir Path temp;

  private record Ended(int status, String output) {}

  private Ended run(List<String> command) throws Exception {
    Path log = Files.createTempFile(temp, "child", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(log, UTF_8));
  }

  /** As root, or else as root of a user namespace of its own. */
  private List<String> namespace() throws Exception {
    for (List<String> unshare : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> probe = new ArrayList<>(unshare);
      probe.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", temp.toString()));
      try {
        if (run(probe).status == 0) {
          return unshare;
        }
      } catch (IOException e) {
        abort("no unshare here: " + e.getMessage());
      }
    }
    return abort("mount namespaces are not allowed here");
  }

  private void runChild(Class<?> main) throws Exception {
    List<String> command = new ArrayList<>(namespace());
    command.addAll(List.of("sh", "-c", MOUNT, temp.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(main.getName(), temp.toString()));
    assertThat(run(command)).isEqualTo(new Ended(0, ""));
  }

  private static TreeFixture fixture(String directory) throws IOException {
    TreeFixture fixture = new TreeFixture(Path.of(directory));
    fixture.file("a", new byte[] {1});
    fixture.file("mounted/dir/inside", new byte[] {2});
    Files.createLink(
        fixture.source.resolve("mounted/linked"), fixture.source.resolve("mounted/dir/inside"));
    fixture.file("z", new byte[] {3});
    return fixture;
  }

  static final class OneFileSystem {
    private OneFileSystem() {}

    public static void main(String[] args) throws IOException {
      try (TreeFixture fixture = fixture(args[0])) {
        TreeFixture.Backup one = fixture.backup(fixture.options().withOneFileSystem(true), null);
        assertThat(one.paths().stream().map(BytePath::toString))
            .containsExactly("", "a", "mounted", "z");
        assertThat(one.result().warnings().counts()).isEmpty();
        assertThat(fixture.backup().paths().stream().map(BytePath::toString))
            .containsExactly(
                "", "a", "mounted", "mounted/dir", "mounted/dir/inside", "mounted/linked", "z");
      }
    }
  }

  @Test
  void oneFileSystemKeepsWhatIsMountedAsAnEmptyDirectory() throws Exception {
    runChild(OneFileSystem.class);
  }

  static final class MountInTheTarget {
    private MountInTheTarget() {}

    public static void main(String[] args) throws IOException {
      try (TreeFixture fixture = fixture(args[0])) {
        TreeRestoreResult result =
            fixture.restore(
                fixture.backup().manifest(), TreeRestoreOptions.defaults().withOverwrite(true));
        assertThat(result.warnings().counts())
            .isEqualTo(Map.of(TreeWarning.Kind.LINK_NOT_KEPT, 2L));
        assertThat(fixture.compare().differences().stream().map(TreeDifference::aspect))
            .containsOnly(TreeDifference.Aspect.HARD_LINKS);
        assertThat(fixture.target.resolve("mounted/linked")).hasBinaryContent(new byte[] {2});
        try (Stream<Path> files = Files.walk(fixture.target)) {
          assertThat(files.filter(file -> file.getFileName().toString().startsWith(".holdfast")))
              .isEmpty();
        }
      }
    }
  }

  @Test
  void aMountInTheTargetIsFilledWithoutLinksAndThatIsReported() throws Exception {
    runChild(MountInTheTarget.class);
  }
}
