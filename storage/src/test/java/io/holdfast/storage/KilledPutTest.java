package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kill -9 of a real process between the steps of a put leaves the object whole or absent. */
final class KilledPutTest {
  private static final ObjectName NAME = ObjectName.of("packs/ab/object");
  private static final int SIZE = 300_000;
  private static final int SIGKILLED = 128 + 9;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void leavesTheObjectWholeOrAbsent(SteppedLocalStore.Step step) throws Exception {
    Path root = directory.resolve("store");
    try (ObjectStore store = LocalDirectoryStore.create(root)) {
      Process child =
          new ProcessBuilder(
                  Child.java(
                      PutAndDie.class,
                      root.toString(),
                      NAME.value(),
                      Integer.toString(SIZE),
                      step.name()))
              .inheritIO()
              .start();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(SIGKILLED);

      boolean there = step == SteppedLocalStore.Step.LINKED;
      assertThat(store.stat(NAME).isPresent()).isEqualTo(there);
      assertThat(store.put(NAME, ByteBuffer.wrap(new byte[SIZE])))
          .isEqualTo(there ? PutOutcome.EXISTS : PutOutcome.CREATED);
      assertThat(store.get(NAME)).isEqualTo(new byte[SIZE]);
    }
  }
}
