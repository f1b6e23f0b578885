package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckedFileTest {
  @TempDir Path directory;
  private final Random random = new Random(1);

  @Test
  void givesBackWhatWasWrittenOfAnyLength() throws IOException {
    int block = CheckedFile.BLOCK;
    for (int length : new int[] {0, 1, block - 1, block, block + 1, 3 * block, 70 * block + 5}) {
      byte[] data = bytes(length);
      Path file = write(data);
      try (CheckedFile checked = open(file)) {
        assertThat(checked).isNotNull();
        assertThat(checked.length()).isEqualTo(length);
        assertThat(checked.read(0, length)).isEqualTo(data);
        assertThatThrownBy(() -> checked.getByte(length))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void neverGivesAByteOfABlockThatIsDamaged() throws IOException {
    int blocks = 5;
    byte[] data = bytes(blocks * CheckedFile.BLOCK - 100);
    byte[] whole = Files.readAllBytes(write(data));
    for (int round = 0; round < 200; round++) {
      int at = random.nextInt(whole.length);
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Path file = Files.write(directory.resolve("damaged"), damaged);
      try (CheckedFile checked = open(file)) {
        if (at >= data.length) {
          assertThat(checked).isNull();
          continue;
        }
        assertThat(checked).isNotNull();
        for (int block = blocks - 1; block >= 0; block--) {
          long from = (long) block * CheckedFile.BLOCK;
          if (at / CheckedFile.BLOCK != block) {
            assertThat(checked.getInt(from + 8)).isEqualTo(Decoding.intAt(data, (int) from + 8));
            continue;
          }
          for (int again = 0; again < 2; again++) {
            assertThatThrownBy(() -> checked.getInt(from + 8))
                .isInstanceOf(DamagedCacheException.class);
          }
          assertThat(file).doesNotExist();
        }
      }
    }
  }

  @Test
  void isNotOpenedWhenItIsCutOrExtended() throws IOException {
    byte[] whole = Files.readAllBytes(write(bytes(40_000)));
    for (int length = 0; length <= whole.length + 20; length += 1 + random.nextInt(300)) {
      Path file = Files.write(directory.resolve("cut"), java.util.Arrays.copyOf(whole, length));
      try (CheckedFile checked = open(file)) {
        assertThat(checked).isNull();
      }
    }
  }

  /** As a bad sector does, it makes pages that cannot be read. */
  @Test
  void saysSoWhenItIsCutWhileItIsOpen() throws IOException {
    Path file = write(bytes(20 * CheckedFile.BLOCK));
    try (CheckedFile checked = open(file)) {
      assertThat(checked).isNotNull();
      checked.getInt(0);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(CheckedFile.BLOCK);
      }
      assertThat(checked.getInt(8)).isNotZero();
      assertThatThrownBy(() -> checked.getInt(10 * CheckedFile.BLOCK))
          .isInstanceOf(DamagedCacheException.class);
    }
    assertThat(file).doesNotExist();
  }

  private static final class Decoding {
    static int intAt(byte[] bytes, int at) {
      return java.nio.ByteBuffer.wrap(bytes).getInt(at);
    }
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** In pieces of any size. */
  private Path write(byte[] data) throws IOException {
    Path file = directory.resolve("file");
    try (OutputStream out = Files.newOutputStream(file);
        CheckedOutput checked = new CheckedOutput(out)) {
      int at = 0;
      while (at < data.length) {
        int part = Math.min(data.length - at, 1 + random.nextInt(40_000));
        checked.write(data, at, part);
        at += part;
      }
      checked.finish();
    }
    return file;
  }

  private static @Nullable CheckedFile open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return CheckedFile.map(channel, file);
    }
  }
}
