package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemporaryFilesTest {
  private final Instant muchLater = Instant.now().plus(Duration.ofDays(400));

  @TempDir private Path directory;

  private Path leave() throws IOException {
    return Files.writeString(directory.resolve("1-1-old"), "part of an object");
  }

  @Test
  void whereLocksFailNobodyKnowsWhetherAFileIsInUseAndItStays() throws IOException {
    Path file = leave();
    TemporaryFiles files =
        new TemporaryFiles(
            directory,
            channel -> {
              throw new IOException("No locks available");
            });
    assertThat(files.removeLeftovers(muchLater)).isZero();
    assertThat(file).exists();
    files.create(files.newName()).close();
  }

  @Test
  void aFileThatThisProcessHasLockedStays() throws IOException {
    Path file = leave();
    TemporaryFiles files =
        new TemporaryFiles(
            directory,
            channel -> {
              throw new OverlappingFileLockException();
            });
    assertThat(files.removeLeftovers(muchLater)).isZero();
    assertThat(file).exists();
  }

  @Test
  void aFileThatNobodyHasLockedGoesWhenItIsOld() throws IOException {
    Path file = leave();
    assertThat(new TemporaryFiles(directory).removeLeftovers(muchLater)).isOne();
    assertThat(file).doesNotExist();
  }
}
