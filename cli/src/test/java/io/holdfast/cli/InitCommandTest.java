package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InitCommandTest {
  @TempDir Path root;

  @BeforeEach
  void configure() throws Exception {
    Files.writeString(Files.createDirectory(root.resolve("files")).resolve("a.txt"), "hello");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories:
          main: {path: main, key-file: main.key}
          alike: {path: alike, key-file: alike.key}
          stranger: {path: stranger, key-file: stranger.key}
        sources: {files: {type: files, path: files}}
        policies:
          main: {repository: main, sources: [files]}
          alike: {repository: alike, sources: [files]}
          stranger: {repository: stranger, sources: [files]}
        """);
  }

  @Test
  void itsJsonTellsWhatWasMade() throws Exception {
    JsonNode made = json("init", "--repository", "main", "--json");
    MetadataNames.assertOfInit(made, true);
    assertThat(made.get("id").asString()).matches("[0-9a-f]{32}");
    assertThat(made.get("place").asString()).contains(root.resolve("main").toString());
    assertThat(made.get("keyFile").asString()).isEqualTo(root.resolve("main.key").toString());
    assertThat(made.get("kit").asString()).contains("HOLDFAST RECOVERY KIT", "HFK1-");

    Files.copy(root.resolve("main.key"), root.resolve("alike.key"));
    MetadataNames.assertOfInit(
        json("init", "--repository", "alike", "--no-recovery-kit", "--json"), false);
  }

  /** Checksums are keyed by the family. */
  @Test
  void likeAnotherOneEqualDataHasEqualNamesInBoth() throws Exception {
    holdfast("init", "--no-recovery-kit", "--repository", "main");
    assertThat(
            holdfast("init", "--no-recovery-kit", "--repository", "alike", "--like", "main").code())
        .isZero();
    holdfast("init", "--no-recovery-kit", "--repository", "stranger");
    assertThat(checksum("alike")).isEqualTo(checksum("main"));
    assertThat(checksum("stranger")).isNotEqualTo(checksum("main"));
  }

  @Test
  void anEmptyDirectoryIsTaken() throws Exception {
    Files.createDirectory(root.resolve("main"));
    assertThat(holdfast("init", "--no-recovery-kit", "--repository", "main").code()).isZero();
    assertThat(holdfast("backup", "--policy", "main").code()).isZero();
  }

  @Test
  void whatWasBrokenOffIsRepeated() throws Exception {
    holdfast("init", "--no-recovery-kit", "--repository", "main");
    try (Stream<Path> format = Files.walk(root.resolve("main/format"))) { // it comes last
      for (Path file : format.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    assertThat(holdfast("init", "--no-recovery-kit", "--repository", "main").code()).isZero();
    assertThat(holdfast("backup", "--policy", "main").code()).isZero();
  }

  @Test
  void aDirectoryOfOthersIsNotTouched() throws Exception {
    Files.writeString(Files.createDirectory(root.resolve("main")).resolve("theirs"), "x");
    assertRefused(11, "is not empty", "init", "--no-recovery-kit", "--repository", "main");
    assertThat(everything()).doesNotContain(root.resolve("main/.tmp"), root.resolve("main.key"));
  }

  @Test
  void likeOneThatIsNotThereNothingIsMade() throws Exception {
    assertRefused(2, "'mian'", "init", "--repository", "alike", "--like", "mian");
    assertThat(root.resolve("alike")).doesNotExist();
  }

  @Test
  void aLostKeyFileIsNamedAndNoneIsMadeInItsPlace() throws Exception {
    holdfast("init", "--no-recovery-kit", "--repository", "main");
    assertThat(holdfast("backup", "--policy", "main").code()).isZero();
    Files.delete(root.resolve("main.key"));
    List<Path> before = everything();

    String message = "no secret from file:" + root.resolve("main.key") + ": there is no such file";
    assertRefused(3, message, "backups", "--repository", "main");
    assertRefused(3, message, "backup", "--policy", "main");
    assertRefused(11, "there is a repository in", "init", "--repository", "main");
    assertThat(everything()).isEqualTo(before);
  }

  private void assertRefused(int code, String message, String... arguments) {
    CommandRun run = holdfast(arguments);
    assertThat(run.err()).startsWith("holdfast: ").contains(message).hasLineCount(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.code()).isEqualTo(code);
  }

  private List<Path> everything() throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      return files.sorted().toList();
    }
  }

  private String checksum(String policy) {
    return json("backup", "--policy", policy, "--json").get("checksum").asString();
  }

  private JsonNode json(String... arguments) {
    return JsonMapper.shared().readTree(holdfast(arguments).out());
  }

  private CommandRun holdfast(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-q", "-c", root.resolve("holdfast.yaml").toString()));
    return CommandRun.of(all.toArray(String[]::new));
  }
}
