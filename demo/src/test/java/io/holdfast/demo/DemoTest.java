package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.ProgressListener;
import io.holdfast.engine.ResolveSecrets;
import io.holdfast.engine.Surroundings;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.RepositoryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoTest {
  private final List<String> told = new ArrayList<>();
  private Path parent;

  /** Not JUnit's own: the account that runs the server must be able to pass through. */
  @BeforeEach
  void makeDirectory() throws Exception {
    parent = Files.createTempDirectory("holdfast-demo-test-");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void removeDirectory() {
    Directories.remove(parent);
  }

  @Test
  void everythingComesBackAndNothingIsLeftBehind() throws Exception {
    Surroundings surroundings =
        new Surroundings(
            Clock.systemUTC(),
            new SecureRandom(),
            new ResolveSecrets(),
            "1.2.3",
            "testhost",
            parent.resolve("cache"),
            parent,
            RepositoryOptions.DEFAULT_LEASE,
            _ -> {});
    DemoResult result = new Demo(surroundings, new Listener()).run(parent, false);
    assertThat(result.differences()).as("told: %s", told).isEmpty();
    assertThat(result.rows()).isGreaterThan(60_000);
    assertThat(result.tables()).isEqualTo(17);
    assertThat(result.files()).isGreaterThan(400);
    assertThat(result.transactions()).isPositive();
    assertThat(result.full().type()).isEqualTo(BackupType.FULL);
    assertThat(result.incremental().type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(result.incremental().storedBytes()).isLessThan(result.full().storedBytes() / 2);
    try (var left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  private final class Listener implements DemoListener {
    @Override
    public void step(String title) {
      told.add(title);
    }

    @Override
    public void fact(String text) {
      told.add(text);
    }

    @Override
    public void verdict(boolean equal, String text) {
      told.add(equal + " " + text);
    }

    @Override
    public ProgressListener progress() {
      return ProgressListener.NONE;
    }
  }
}
