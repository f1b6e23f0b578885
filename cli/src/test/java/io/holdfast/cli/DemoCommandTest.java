package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoCommandTest {
  private Path parent;

  /** Not JUnit's own: the account that runs the server must be able to pass through. */
  @BeforeEach
  void makeDirectory() throws Exception {
    parent = Files.createTempDirectory("holdfast-demo-test-");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void removeDirectory() throws Exception {
    RemoveTree.at(BytePath.of(parent.toString()));
  }

  @Test
  void everythingComesBackAndNothingIsLeftBehind() throws Exception {
    CommandRun run = CommandRun.of("demo", "--json", "--directory", parent.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    JsonNode result = JsonMapper.shared().readTree(run.out());
    assertThat(result.get("differences")).isEmpty();
    assertThat(result.get("rows").asLong()).isGreaterThan(60_000);
    assertThat(result.get("tables").asInt()).isEqualTo(17);
    assertThat(result.get("files").asInt()).isGreaterThan(400);
    assertThat(result.get("settings").asInt()).isPositive();
    assertThat(result.get("transactions").asLong()).isPositive();
    assertThat(result.get("duration").asDouble()).isPositive();
    JsonNode full = result.get("full");
    JsonNode incremental = result.get("incremental");
    assertThat(full.get("type").asString()).isEqualTo("full");
    assertThat(incremental.get("type").asString()).isEqualTo("incremental");
    assertThat(incremental.get("storedBytes").asLong())
        .isLessThan(full.get("storedBytes").asLong() / 2);
    assertThat(result.get("restore").get("backup")).isEqualTo(incremental.get("id"));
    assertThat(Path.of(result.get("directory").asString())).hasParentRaw(parent);
    MetadataNames.assertOfDemo(result);
    assertThat(parent).isEmptyDirectory();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }
}
