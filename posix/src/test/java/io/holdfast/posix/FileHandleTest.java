package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHandleTest {
  private static final BytePath NAME = BytePath.of("file");

  @TempDir Path temp;
  private DirectoryHandle directory;

  @BeforeEach
  void open() throws Exception {
    directory = DirectoryHandle.open(BytePath.of(temp.toString()));
  }

  @AfterEach
  void close() throws Exception {
    directory.close();
  }

  @Test
  void readsBackWhatWasWritten() throws Exception {
    byte[] content = new byte[1_000_003];
    new Random(1).nextBytes(content);
    try (FileHandle file = directory.createFile(NAME, 0600)) {
      file.write(0, content, 0, content.length);
      file.syncContent();
      file.sync();
    }
    assertThat(Files.readAllBytes(temp.resolve("file"))).isEqualTo(content);
    try (FileHandle file = directory.openFile(NAME)) {
      file.willReadInOrder();
      byte[] read = new byte[2 * content.length];
      int length = 0;
      for (int n = file.read(0, read, 5, 700_000);
          n > 0;
          n = file.read(length, read, 5 + length, 300_003)) {
        length += n;
      }
      assertThat(length).isEqualTo(content.length);
      assertThat(Arrays.copyOfRange(read, 5, 5 + length)).isEqualTo(content);
      assertThat(file.read(length, read, 0, 1)).isEqualTo(-1);
      assertThat(file.read(0, read, 0, 0)).isZero();
      file.dropCache();
    }
  }

  @Test
  void findsHolesAndData() throws Exception {
    byte[] page = new byte[4096];
    Arrays.fill(page, (byte) 1);
    try (FileHandle file = directory.createFile(NAME, 0600)) {
      file.write(8 << 20, page, 0, page.length);
      file.setLength(32 << 20);
      long data = file.nextData(0).orElseThrow();
      assertThat(data).isIn(0L, 8L << 20); // 0 where the file system keeps no holes
      if (data > 0) {
        assertThat(file.nextHole(data)).hasValue((8 << 20) + 4096);
        assertThat(file.nextHole(0)).hasValue(0);
        assertThat(file.nextData((8 << 20) + 4096)).isEmpty();
        assertThat(file.status().allocated()).isLessThan(1 << 20);
      }
      assertThat(file.nextHole(32 << 20)).isEmpty();
    }
  }

  @Test
  void anUnnamedFileAppearsWhenLinked() throws Exception {
    try (FileHandle file = directory.createUnnamedFile(0600)) {
      file.write(0, new byte[] {1, 2, 3}, 0, 3);
      assertThat(temp).isEmptyDirectory();
      file.linkInto(directory, NAME);
      assertThatExceptionOfType(PosixException.class)
          .isThrownBy(() -> file.linkInto(directory, NAME))
          .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }
    assertThat(Files.readAllBytes(temp.resolve("file"))).containsExactly(1, 2, 3);
  }

  @Test
  void reservesSpaceWithoutChangingTheLength() throws Exception {
    try (FileHandle file = directory.createFile(NAME, 0600)) {
      file.allocate(0, 1 << 20);
      assertThat(file.status().size()).isZero();
      assertThat(file.status().allocated()).isGreaterThanOrEqualTo(1 << 20);
    }
  }

  @Test
  void aFullDiskIsToldApart() throws Exception {
    try (DirectoryHandle devices = DirectoryHandle.open(BytePath.of("/dev"));
        FileHandle full = devices.openFileToWrite(BytePath.of("full"))) {
      assertThatExceptionOfType(PosixException.class)
          .isThrownBy(() -> full.write(0, new byte[10], 0, 10))
          .satisfies(e -> assertThat(e.isFull()).isTrue());
    }
  }
}
