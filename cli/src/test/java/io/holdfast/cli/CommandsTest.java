package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.posix.Accounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands, on a small repository of files and settings. */
class CommandsTest {
  @TempDir Path root;

  @BeforeEach
  void makeRepository() throws Exception {
    Files.createDirectories(root.resolve("uploads/sub"));
    Files.createDirectories(root.resolve("config"));
    Files.writeString(root.resolve("uploads/sub/a.txt"), "hello");
    Files.writeString(root.resolve("config/app.properties"), "key=value\n");
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          uploads: {type: files, path: uploads}
          settings: {type: config, path: config}
        policies: {all: {repository: main, sources: [uploads, settings]}}
        """);
    assertThat(holdfast("init", "--no-recovery-kit").code()).isZero();
  }

  @Test
  void aRecoveryKitOpensTheRepositoryInsteadOfThePassphrase() throws Exception {
    Files.writeString(
        root.resolve("holdfast.yaml"),
        Files.readString(root.resolve("holdfast.yaml")).replace("repository,", "second,"));
    CommandRun init = holdfast("init");
    assertThat(init.out()).contains("HOLDFAST RECOVERY KIT", "Print this page now");
    String kit =
        init.out()
            .lines()
            .map(String::strip)
            .filter(l -> l.startsWith("HFK1-"))
            .findFirst()
            .orElseThrow();
    assertThat(holdfast("backup").code()).isZero();
    Files.writeString(root.resolve("passphrase"), kit);
    assertThat(holdfast("restore", "--to", to("out")).code()).isZero();
    assertThat(root.resolve("out/uploads/sub/a.txt")).hasContent("hello");
  }

  @Test
  void aBackupIsToldListedShownAndRestored() throws Exception {
    assertThat(holdfast("backup", "--type", "full").out())
        .startsWith("completed full backup ")
        .contains("uploads: 5 B in 3 entries");
    assertThat(holdfast("backups").out().lines())
        .hasSize(2)
        .last()
        .asString()
        .endsWith("completed");
    assertThat(holdfast("show", "latest", "sub").out()).contains("uploads: sub/a.txt");
    assertThat(holdfast("restore", "--to", to("out"), "--only", "files").out())
        .startsWith("restored ")
        .contains("1 file, 5 B");
    assertThat(root.resolve("out/uploads/sub/a.txt")).hasContent("hello");
    assertThat(root.resolve("out/settings")).doesNotExist();
    assertThat(holdfast("verify").out()).startsWith("sound");
    assertThat(holdfast("check").code()).isZero();
  }

  @Test
  void theMetadataOfABackupHasExactlyTheNamesThatWereAskedForAndDocumented() throws Exception {
    Files.createSymbolicLink(root.resolve("uploads/link"), Path.of("sub"));
    holdfast("backup");
    JsonNode backup = json("show", "latest", "--json");
    MetadataNames.assertExact(backup, false);
    assertThat(backup.get("type").asString()).isEqualTo("full");
    assertThat(backup.get("status").asString()).isEqualTo("completed");
    assertThat(backup.get("duration").isNumber()).isTrue();
    List<String> files = new ArrayList<>();
    for (JsonNode file : backup.get("files")) {
      assertThat(file.get("encrypted").asBoolean()).isTrue();
      files.add(
          file.get("source").asString()
              + " "
              + file.get("path").asString()
              + " "
              + file.get("type").asString()
              + " "
              + file.get("node").asString()
              + " "
              + file.get("size").asLong());
    }
    assertThat(files)
        .containsExactlyInAnyOrder(
            "uploads  files directory 0",
            "uploads link files symlink 0",
            "uploads sub files directory 0",
            "uploads sub/a.txt files file 5",
            "settings  config directory 0",
            "settings app.properties config file 10");
    JsonNode listed = json("backups", "--json").get("backups").get(0);
    Set<String> names = new HashSet<>(backup.propertyNames());
    names.remove("files");
    assertThat(listed.propertyNames()).hasSameElementsAs(names);
    assertThat(listed.get("id")).isEqualTo(backup.get("id"));
  }

  @Test
  void theLatestBackupIsTheNewestThatHoldsWhatIsAskedFor() throws Exception {
    Path file = root.resolve("holdfast.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "policies: {all: {repository: main, sources: [uploads, settings]}}",
                """
                policies:
                  often: {repository: main, sources: [uploads]}
                  rarely: {repository: main, sources: [settings]}
                """));
    assertThat(holdfast("backup", "--policy", "often").code()).isZero();
    assertThat(holdfast("backup", "--policy", "rarely").code()).isZero();

    assertThat(holdfast("backups").out().lines().toList().get(1)).contains(" often ");
    assertThat(holdfast("restore", "--source", "uploads", "--to", to("one")).code()).isZero();
    assertThat(root.resolve("one/sub/a.txt")).hasContent("hello");
    assertThat(holdfast("restore", "--only", "files", "--to", to("two")).code()).isZero();
    assertThat(root.resolve("two/uploads/sub/a.txt")).hasContent("hello");
    assertThat(holdfast("restore", "--policy", "often", "--to", to("three")).code()).isZero();
    assertThat(root.resolve("three/uploads/sub/a.txt")).hasContent("hello");
    assertThat(holdfast("restore", "--to", to("four")).code()).isZero();
    assertThat(root.resolve("four").toFile().list()).containsExactly("settings");
    JsonNode shown = json("show", "latest", "--policy", "often", "--json");
    assertThat(shown.get("policy").asString()).isEqualTo("often");
    assertThat(json("show", "latest", "--source", "uploads", "--json").get("id"))
        .isEqualTo(shown.get("id"));

    assertFails(
        2,
        "no source 'setings' (did you mean 'settings'?)",
        "show",
        "latest",
        "--source",
        "setings");
    assertFails(
        2,
        "no backup of policy 'oftn' (did you mean 'often'?)",
        "show",
        "latest",
        "--policy",
        "oftn");
    assertFails(
        4,
        "no backup holds all",
        "restore",
        "--source",
        "uploads",
        "--source",
        "settings",
        "--to",
        to("five"));
    assertFails(
        2,
        "is one of policy 'often', not of 'rarely'",
        "show",
        shown.get("id").asString(),
        "--policy",
        "rarely");
  }

  @Test
  void aRepositoryThatCannotBeWrittenIsFoundByTheCheck() throws Exception {
    List<String> readOnly =
        List.of(
            "unshare",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"",
            to("repository"));
    List<String> probe = new ArrayList<>(readOnly);
    probe.add("true");
    assumeTrue(
        new ProcessBuilder(probe).start().waitFor() == 0, "no file system can be mounted here");
    Set<Path> before = everythingIn(root.resolve("repository"));

    CommandRun run = new LaunchedCommand(root, new Random(1)).launchBy(readOnly, "check");

    assertThat(run.out().lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("problem repository main: opens, but cannot be written: ")
                    .contains("Read-only file system"));
    assertThat(run.code()).isEqualTo(3);
    assertThat(holdfast("check").code()).isZero();
    assertThat(everythingIn(root.resolve("repository"))).isEqualTo(before);
  }

  private static Set<Path> everythingIn(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.collect(Collectors.toSet());
    }
  }

  @Test
  void everyCommandSpeaksJson() throws Exception {
    Files.writeString(
        root.resolve("second.yaml"),
        Files.readString(root.resolve("holdfast.yaml")).replace("repository,", "second,"));
    assertThat(json("init", "--json", "-c", to("second.yaml")).get("kit").asString())
        .contains("HFK1-");
    assertThat(json("backup", "--json").get("status").asString()).isEqualTo("completed");
    assertThat(json("verify", "--json").get("problemCount").asLong()).isZero();
    assertThat(json("check", "--json").get(0).get("severity").asString()).isEqualTo("fine");
    assertThat(json("restore", "--to", to("out"), "--json").get("sources")).hasSize(2);
    assertThat(json("config", "validate", "--json").get("valid").asBoolean()).isTrue();
    assertThat(json("version", "--json").has("version")).isTrue();
  }

  /** By a clock that is ahead: a file that has just changed is not trusted in any case. */
  @Test
  void aFullBackupReadsAllAndAnIncrementalOnlyWhatChanged() throws Exception {
    assertThat(filesRead("backup")).isEqualTo("uploads 1 of 1, settings 1 of 1");
    assertThat(filesRead("backup")).isEqualTo("uploads 0 of 1, settings 0 of 1");
    assertThat(filesRead("backup", "--type", "full")).isEqualTo("uploads 1 of 1, settings 1 of 1");
    Files.writeString(root.resolve("uploads/b.txt"), "new");
    assertThat(filesRead("backup", "--type", "incremental"))
        .isEqualTo("uploads 1 of 2, settings 0 of 1");
  }

  private String filesRead(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", "-c", to("holdfast.yaml")));
    Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    CommandRun run = CommandRun.at(ahead, all.toArray(String[]::new));
    return JsonMapper.shared()
        .readTree(run.out())
        .get("sources")
        .valueStream()
        .map(
            source -> {
              JsonNode counts = source.get("statistics");
              return "%s %d of %d"
                  .formatted(
                      source.get("name").asString(),
                      counts.get("filesRead").asLong(),
                      counts.get("files").asLong());
            })
        .collect(Collectors.joining(", "));
  }

  @Test
  void aFileThatCannotBeReadIsNamedAndTheRestIsBackedUp() throws Exception {
    Path secret = root.resolve("uploads/sub/secret");
    Files.writeString(secret, "not for us");
    Files.setPosixFilePermissions(secret, Set.of());
    // Also root cannot read it without the rights to pass over permissions.
    List<String> bound =
        List.of(
            "setpriv",
            "--bounding-set=-dac_override,-dac_read_search",
            "--inh-caps=-dac_override,-dac_read_search");
    List<String> wrapper = Accounts.effectiveUser() == 0 ? bound : List.of();
    List<String> probe = new ArrayList<>(wrapper);
    probe.addAll(List.of("cat", secret.toString()));
    Process reading = new ProcessBuilder(probe).redirectErrorStream(true).start();
    String refusal = new String(reading.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(refusal.contains("Permission denied"), "rights cannot be given up here");

    CommandRun run = new LaunchedCommand(root, new Random(1)).launchBy(wrapper, "backup");

    assertThat(run.err())
        .startsWith("warning: uploads: sub/secret: ")
        .contains("Permission denied")
        .hasLineCount(1);
    assertThat(run.out()).startsWith("completed full backup ");
    assertThat(run.code()).isEqualTo(12);
    JsonNode source = json("backups", "--json").get("backups").get(0).get("sources").get(0);
    assertThat(source.get("warningCount").asLong()).isEqualTo(1);
    assertThat(source.get("warnings").get(0).asString()).contains("sub/secret");
    assertThat(holdfast("restore", "--source", "uploads", "--to", to("out")).code()).isZero();
    assertThat(root.resolve("out/sub/a.txt")).hasContent("hello");
    assertThat(root.resolve("out/sub/secret")).doesNotExist();
  }

  @Test
  void eachKindOfFailureIsOneLineWithItsExitCode() throws Exception {
    assertFails(4, "there is no backup in the repository", "restore", "--to", to("out"));
    holdfast("backup");
    assertFails(4, "there is no backup abc", "show", "abc");
    assertFails(4, "there is no nowhere in backup", "show", "latest", "nowhere");
    assertFails(
        2,
        "has no source 'uplods' (did you mean 'uploads'?)",
        "show",
        "latest",
        "--source",
        "uplods");
    assertFails(2, "there is no policy 'al'", "backup", "--policy", "al");
    assertFails(2, "Missing required option: '--to=DIR'", "restore");
    assertFails(2, "There is no level 4", "verify", "--level", "4");
    assertFails(
        2, "none is restored", "restore", "--to", to("out"), "--tablespace", "1=/somewhere");
    assertFails(11, "there is a repository in", "init");
    Files.createDirectories(root.resolve("out/settings/x"));
    assertFails(11, "is not empty", "restore", "--to", to("out"));
    assertFails(3, "there is no configuration", "backup", "-c", to("absent.yaml"));
    Files.writeString(root.resolve("passphrase"), "wrong");
    assertFails(6, "does not open the repository", "backups");
    Files.delete(root.resolve("passphrase"));
    assertFails(3, "no secret from file:", "backups");
  }

  @Test
  void aHintThatIsAQuestionGetsNoFullStop() throws Exception {
    Path file = root.resolve("holdfast.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "uploads: {type: files, path: uploads}", "uploads: {type: postgresql, host: /no}"));
    CommandRun run = holdfast("backup", "-q");
    assertThat(run.err()).endsWith("why the session ended?\n").hasLineCount(1);
    assertThat(run.code()).isEqualTo(9);
  }

  @Test
  void aNewFileSystemIsAnEmptyTarget() throws Exception {
    holdfast("backup");
    Files.createDirectories(root.resolve("out/lost+found"));
    assertThat(holdfast("restore", "--source", "uploads", "--to", to("out")).code()).isZero();
    assertThat(root.resolve("out/sub/a.txt")).hasContent("hello");
  }

  @Test
  void damageIsFoundNamedAndToldByTheExitCode() throws Exception {
    holdfast("backup");
    Path pack;
    try (var files = Files.walk(root.resolve("repository/packs"))) {
      pack = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(pack);
    bytes[100] ^= 1;
    pack.toFile().setWritable(true);
    Files.write(pack, bytes);
    CommandRun first = holdfast("verify", "--level", "1");
    assertThat(first.out()).startsWith("sound, looked at level 1: 1 backup, ");
    assertThat(first.code()).isZero();
    String damaged = "damaged " + root.resolve("repository").relativize(pack);
    for (String level : List.of("2", "3")) {
      CommandRun run = holdfast("verify", "--level", level);
      assertThat(run.code()).isEqualTo(7);
      assertThat(run.out()).startsWith(damaged).contains("NOT SOUND, looked at level " + level);
    }
    Files.delete(pack);
    CommandRun missing = holdfast("verify", "--level", "1");
    assertThat(missing.code()).isEqualTo(7);
    assertThat(missing.out()).startsWith(damaged).contains("NOT SOUND, looked at level 1");
  }

  @Test
  void aDamagedRecordIsWarnedOfAndHidesNoOther() throws Exception {
    holdfast("backup");
    holdfast("backup");
    Path record;
    try (var files = Files.list(root.resolve("repository/backups"))) {
      record = files.max(Comparator.comparing(Path::toString)).orElseThrow();
    }
    record.toFile().setWritable(true);
    Files.write(record, new byte[100]);
    CommandRun run = holdfast("backups");
    assertThat(run.code()).isEqualTo(12);
    assertThat(run.err()).startsWith("warning: ").contains(record.getFileName().toString());
    assertThat(run.out().lines()).hasSize(2);
    JsonNode listed = json("backups", "--json");
    assertThat(listed.get("backups")).hasSize(1);
    assertThat(listed.get("warnings")).hasSize(1);
    assertThat(holdfast("backup").code()).isEqualTo(12);
    CommandRun restore = holdfast("restore", "--to", to("out"));
    assertThat(restore.code()).isEqualTo(12);
    assertThat(restore.err()).contains(record.getFileName().toString());
    assertThat(root.resolve("out/uploads/sub/a.txt")).hasContent("hello");
  }

  @Test
  void aBackupWhoseRunCannotBeRecordedIsDoneWithAWarningAndTheNextRecordsIt() throws Exception {
    holdfast("backup");
    Path runs = root.resolve("repository/runs");
    Files.move(runs, root.resolve("runs"));
    Files.createFile(runs);
    CommandRun run = holdfast("backup");
    assertThat(run.code()).isEqualTo(12);
    assertThat(run.err()).startsWith("warning: backup ").contains("is complete");
    assertThat(run.out()).startsWith("completed incremental backup ");
    assertThat(holdfast("backups").out().lines()).hasSize(3);
    Files.delete(runs);
    Files.move(root.resolve("runs"), runs);
    assertThat(holdfast("backup").code()).isZero();
    assertThat(runs.toFile().list()).hasSize(3);
    assertThat(root.resolve("repository/sessions")).isEmptyDirectory();
  }

  private void assertFails(int code, String message, String... arguments) {
    CommandRun run = holdfast(arguments);
    assertThat(run.err()).startsWith("holdfast: ").contains(message);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.code()).isEqualTo(code);
    assertThat(run.out()).isEmpty();
  }

  private String to(String name) {
    return root.resolve(name).toString();
  }

  private JsonNode json(String... arguments) {
    return JsonMapper.shared().readTree(holdfast(arguments).out());
  }

  private CommandRun holdfast(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (!all.contains("-c")) {
      all.addAll(List.of("-c", to("holdfast.yaml")));
    }
    return CommandRun.of(all.toArray(String[]::new));
  }
}
