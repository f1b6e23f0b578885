package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher itself, in a home with blanks in its name, with JDKs and a Maven made of scripts.
 */
class LauncherTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path temporary;
  private Path home;
  private Path tools;

  @BeforeEach
  void layOutTheHome() throws IOException {
    home = Files.createDirectories(temporary.resolve("a home"));
    tools = Files.createDirectories(temporary.resolve("bin"));
    Files.createDirectory(home.resolve("tools"));
    Files.copy(PROJECT.resolve("tools/jdk.sh"), home.resolve("tools/jdk.sh"));
    script(home.resolve("holdfast"), Files.readString(PROJECT.resolve("holdfast")));
    jdk("jdk-17", "17.0.15");
    jdk("jdk-25", "25.0.3");
    // Before any of them runs: one that is being written is an empty script to who runs it.
    for (String tool :
        List.of(
            "readlink", "dirname", "sed", "tail", "mkdir", "rm", "mv", "flock", "find", "uname")) {
      script(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
  }

  @Test
  void theJdkOfJavaHomeIsPreferred() throws Exception {
    built();
    assertThat(holdfast("jdk-25", "backups", "a b", "").output)
        .contains("jdk-25 ")
        .endsWith("[backups][a b][]\n");
  }

  /** A server takes what its restore_command ends with, up to 125, for the end of the log. */
  @Test
  void whatFailsInAFetchIsNeverTakenForAnAbsentFile() throws Exception {
    assertThat(holdfast("jdk-25", "wal", "fetch").status).as("no build").isEqualTo(126);
    built();
    for (int[] codes : new int[][] {{0, 0}, {104, 1}, {1, 126}, {3, 126}, {125, 126}, {137, 137}}) {
      script(Path.of(jdkHome("jdk-25"), "bin/java"), "#!/bin/sh\nexit " + codes[0] + "\n");
      assertThat(holdfast("jdk-25", "wal", "fetch", "name", "file").status)
          .as("%d", codes[0])
          .isEqualTo(codes[1]);
      assertThat(holdfast("jdk-25", "wal", "push", "file").status).isEqualTo(codes[0]);
    }
  }

  /** The agent is a script here that answers each request, once, like the JVM's. */
  @Test
  void aSegmentIsPushedByAnAgentWhichTheFirstOneStarts() throws Exception {
    built();
    for (String tool : List.of("bash", "cksum", "setsid", "sleep")) {
      script(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
    Path state = Files.createDirectory(temporary.resolve("state"));
    script(
        Path.of(jdkHome("jdk-25"), "bin/java"),
        """
        #!/bin/sh
        case $* in
        *"wal agent --quiet --idle 30") echo $$ >"$HOME/agent"; : >"$HOLDFAST_AGENT"; exec /usr/bin/sleep 60 ;;
        *) echo "own JVM"; exit 9 ;;
        esac
        """);
    script(
        home.resolve("tools/ask-agent"),
        """
        #!/bin/sh
        [ -f "$1" ] || exit 3
        echo "asked $2 $3 $4"
        exit "${ANSWER:-0}"
        """);
    Map<String, String> environment =
        Map.of("JAVA_HOME", jdkHome("jdk-25"), "XDG_STATE_HOME", state.toString());
    try {
      Result first = run(environment, "wal", "push", "x");
      assertThat(first.output).isEqualTo("asked wal push x\n");
      assertThat(first.status).isZero();
      for (String[] answer :
          new String[][] {{"0", "0", ""}, {"104", "1", ""}, {"4", "126", "own JVM\n"}}) {
        Map<String, String> answering = new HashMap<>(environment);
        answering.put("ANSWER", answer[0]);
        Result result = run(answering, "wal", "fetch", "y", "z");
        assertThat(result.output).isEqualTo("asked wal fetch y\n" + answer[2]);
        assertThat(result.status).isEqualTo(Integer.parseInt(answer[1]));
      }
      Map<String, String> off = new HashMap<>(environment);
      off.put("HOLDFAST_AGENT", "off");
      assertThat(run(off, "wal", "push", "x").output).isEqualTo("own JVM\n");
    } finally {
      String agent = Files.readString(temporary.resolve("agent"));
      ProcessHandle.of(Long.parseLong(agent.strip())).ifPresent(ProcessHandle::destroy);
    }
  }

  /** Then it is the command's own JVM that tells what is wrong. */
  @Test
  void anAgentThatCannotStartIsNotWaitedFor() throws Exception {
    built();
    for (String tool : List.of("bash", "cksum", "setsid", "sleep")) {
      script(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
    Files.copy(PROJECT.resolve("tools/ask-agent"), home.resolve("tools/ask-agent"));
    Result result = holdfast("jdk-25", "wal", "push", "x");
    assertThat(result.output).endsWith("[wal][push][x]\n");
    assertThat(result.status).isZero();
  }

  @Test
  void aJdkThatIsTooOldIsPassedOver() throws Exception {
    built();
    Files.createSymbolicLink(tools.resolve("java"), Path.of(jdkHome("jdk-25"), "bin/java"));
    assertThat(holdfast("jdk-17", "x").output).startsWith("jdk-25 ");
  }

  @Test
  void aFailedBuildShowsTheEndOfItsLogAndIsNotTakenForAProgram() throws Exception {
    script(tools.resolve("mvn"), "#!/bin/sh\necho compilation broke\nexit 1\n");
    Result result = holdfast("jdk-25", "version");
    assertThat(result.status).isEqualTo(70);
    assertThat(result.output).contains("compilation broke", "the build failed", "target/build.log");
  }

  @Test
  void theFirstRunBuildsOnceAndSaysSo() throws Exception {
    script(
        tools.resolve("mvn"),
        "#!/bin/sh\necho ran >>target/count\nmkdir -p cli/target/launch/dist && echo 1 >cli/target/launch/dist/VERSION\n");
    assertThat(holdfast("jdk-25", "one").output).contains("building", "[one]");
    assertThat(holdfast("jdk-25", "two").output).doesNotContain("building").contains("[two]");
    assertThat(Files.readAllLines(home.resolve("target/count"))).hasSize(1);
  }

  @Test
  void whatABuildRehearsedIsUsedByLaterRuns() throws Exception {
    script(
        tools.resolve("mvn"),
        "#!/bin/sh\nmkdir -p cli/target/launch/dist && echo 1 >cli/target/launch/dist/VERSION\n");
    String option = "-XX:AOTCache=" + home + "/cli/target/launch/dist/holdfast.aot ";
    assertThat(holdfast("jdk-25", "one").output).contains("building", option, "[one]");
    assertThat(holdfast("jdk-25", "two").output).contains(option, "[two]");
    Files.delete(home.resolve("cli/target/launch/dist/holdfast.aot"));
    assertThat(holdfast("jdk-25", "three").output).doesNotContain("AOTCache").contains("[three]");
  }

  @Test
  void aRehearsalThatFailsCostsOnlyTheCache() throws Exception {
    script(
        tools.resolve("mvn"),
        "#!/bin/sh\nmkdir -p cli/target/launch/dist && echo 1 >cli/target/launch/dist/VERSION\n");
    Result result = run(Map.of("JAVA_HOME", jdkHome("jdk-25"), "NO_REHEARSAL", "1"), "version");
    assertThat(result.status).isZero();
    assertThat(result.output)
        .contains("no ahead-of-time cache could be made", "[version]")
        .doesNotContain("AOTCache=");
  }

  @Test
  void zstdIsLoadedFromWhereItWasBuilt() throws Exception {
    built();
    assertThat(holdfast("jdk-25", "x").output).doesNotContain("ZstdNativePath");
    for (String processor : List.of("amd64", "aarch64")) {
      Path directory = home.resolve("cli/target/dist/native/linux/" + processor);
      Files.createFile(Files.createDirectories(directory).resolve("libzstd-jni-1.2.so"));
    }
    String processor = System.getProperty("os.arch");
    assertThat(holdfast("jdk-25", "x").output)
        .contains(
            "-DZstdNativePath="
                + home
                + "/cli/target/dist/native/linux/%s/libzstd-jni-1.2.so ".formatted(processor));
  }

  @Test
  void whatWasBuiltLaterOtherwiseIsRun() throws Exception {
    built();
    assertThat(holdfast("jdk-25", "x").output).contains("cli/target/dist/lib");
    script(
        tools.resolve("mvn"),
        "#!/bin/sh\nmkdir -p cli/target/launch/dist && echo 1 >cli/target/launch/dist/VERSION\n");
    Result rebuilt = run(Map.of("JAVA_HOME", jdkHome("jdk-25"), "HOLDFAST_BUILD", "1"), "x");
    assertThat(rebuilt.output).contains("building", "cli/target/launch/dist/lib");
  }

  @Test
  void twoFirstRunsAtOnceBuildOnce() throws Exception {
    script(
        tools.resolve("mvn"),
        "#!/bin/sh\necho ran >>target/count\nmkdir -p cli/target/launch/dist && echo 1 >cli/target/launch/dist/VERSION\n");
    Process one = start(home.resolve("holdfast"), Map.of("JAVA_HOME", jdkHome("jdk-25")), "one");
    Process two = start(home.resolve("holdfast"), Map.of("JAVA_HOME", jdkHome("jdk-25")), "two");
    assertThat(finish(one).output).endsWith("[one]\n");
    assertThat(finish(two).output).endsWith("[two]\n");
    assertThat(Files.readAllLines(home.resolve("target/count"))).hasSize(1);
  }

  @Test
  void withoutMavenTheFirstRunSaysWhatToInstall() throws Exception {
    Result result = holdfast("jdk-25", "version");
    assertThat(result.status).isEqualTo(70);
    assertThat(result.output).contains("apt-get install maven");
  }

  /** Of a version that nobody has: the machine's own JDKs lie where the launcher looks. */
  @Test
  void withoutAJdkItSaysWhereItLookedAndWhatToInstall() throws Exception {
    built();
    script(tools.resolve("cat"), "#!/bin/sh\nexec /bin/cat \"$@\"\n");
    String launcher = Files.readString(home.resolve("holdfast"));
    script(home.resolve("holdfast"), launcher.replace("_jdk 25", "_jdk 99"));
    Result result = holdfast("jdk-25", "version");
    assertThat(result.status).isEqualTo(69);
    assertThat(result.output)
        .startsWith("holdfast: no JDK 99 or later found (looked at JAVA_HOME, PATH, ")
        .contains("apt-get install openjdk-99-jdk", "Or set JAVA_HOME to where it is.");
  }

  @Test
  void itRunsThroughSymbolicLinks() throws Exception {
    built();
    Path link = Files.createSymbolicLink(tools.resolve("hf"), Path.of("../a home/holdfast"));
    Path second = Files.createSymbolicLink(temporary.resolve("second"), link);
    Process process = start(second, Map.of("JAVA_HOME", jdkHome("jdk-25")), "backups");
    assertThat(finish(process).output).contains(home + "/cli/target/dist/lib/holdfast-cli.jar");
  }

  @Test
  void theLocaleIsMadeUtf8() throws Exception {
    built();
    assertThat(run(Map.of("JAVA_HOME", jdkHome("jdk-25"), "LC_ALL", "C"), "x").output)
        .contains("LC_ALL=C.UTF-8");
    assertThat(run(Map.of("JAVA_HOME", jdkHome("jdk-25"), "LC_ALL", "de_DE.UTF-8"), "x").output)
        .contains("LC_ALL=de_DE.UTF-8");
  }

  private void built() throws IOException {
    Files.createDirectories(home.resolve("cli/target/dist"));
    Files.writeString(home.resolve("cli/target/dist/VERSION"), "1\n");
  }

  private String jdkHome(String name) {
    return temporary.resolve("jdks").resolve(name).toString();
  }

  private void jdk(String name, String version) throws IOException {
    Path jdk = Path.of(jdkHome(name));
    script(
        jdk.resolve("bin/java"),
        "#!/bin/sh\necho \""
            + name
            + " LC_ALL=$LC_ALL $*\"\n"
            + "case $* in *cli.NewerClassFiles*) exit 1;; *cli.Rehearsal*) [ -z \"$NO_REHEARSAL\" ] || exit 1; for a; do case $a in -XX:AOTCacheOutput=*)"
            + " : >\"${a#*=}\";; esac; done; exit 0;; esac\n"
            + "while [ \"$1\" != io.holdfast.cli.Main ]; do shift; done; shift\n"
            + "for a; do printf '[%s]' \"$a\"; done; echo\n");
    script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  private static void script(Path path, String text) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  record Result(int status, String output) {}

  private Result holdfast(String jdk, String... arguments) throws Exception {
    return run(Map.of("JAVA_HOME", jdkHome(jdk)), arguments);
  }

  private Result run(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(home.resolve("holdfast"), environment, arguments));
  }

  /** The system's tools are on the path by scripts, so that its Maven and Java are not. */
  private Process start(Path program, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("HOME", temporary.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Result finish(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), output);
  }
}
