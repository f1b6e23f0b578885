package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoveTreeTest {
  private static final BytePath TREE = BytePath.of("tree");

  @TempDir Path root;

  @BeforeEach
  void makeATree() throws Exception {
    Files.createDirectories(root.resolve("tree/a/b"));
    Files.createDirectories(root.resolve("outside"));
    Files.writeString(root.resolve("outside/kept"), "kept");
    Files.writeString(root.resolve("tree/a/b/file"), "x");
    Files.createSymbolicLink(root.resolve("tree/a/link"), root.resolve("outside"));
    try (DirectoryHandle directory = DirectoryHandle.open(path().resolve("tree"))) {
      directory.createFile(BytePath.of(new byte[] {(byte) 0xff}), 0600).close();
      directory.makeNode(BytePath.of("fifo"), NodeType.FIFO, 0600, 0);
    }
  }

  private BytePath path() {
    return BytePath.of(root.toString());
  }

  @Test
  void everythingBelowGoesAndIsCountedButNothingBehindALink() throws Exception {
    assertThat(RemoveTree.at(path().resolve(TREE))).isEqualTo(7);
    assertThat(root.resolve("tree")).doesNotExist();
    assertThat(root.resolve("outside/kept")).hasContent("kept");
  }

  @Test
  void aLinkInThePlaceOfTheTreeIsRemovedItself() throws Exception {
    Files.createSymbolicLink(root.resolve("link"), root.resolve("outside"));
    try (DirectoryHandle directory = DirectoryHandle.open(path())) {
      assertThat(RemoveTree.at(directory, BytePath.of("link"))).isEqualTo(1);
    }
    assertThat(root.resolve("outside/kept")).exists();
  }

  @Test
  void whatIsAbsentIsFine() throws Exception {
    assertThat(RemoveTree.at(path().resolve("absent"))).isZero();
    assertThat(RemoveTree.at(path().resolve("absent/below"))).isZero();
    try (DirectoryHandle directory = DirectoryHandle.open(path())) {
      RemoveTree.fileIfPresent(directory, BytePath.of("absent"));
      assertThatThrownBy(() -> RemoveTree.fileIfPresent(directory, TREE))
          .isInstanceOf(PosixException.class);
    }
    assertThat(root.resolve("tree/a/b/file")).exists();
  }
}
