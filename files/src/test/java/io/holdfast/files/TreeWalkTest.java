package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeWalkTest {
  @TempDir Path temp;
  private Path root;
  private Path spool;
  private final WarningLog warnings = new WarningLog(10);

  @BeforeEach
  void make() throws Exception {
    root = Files.createDirectory(temp.resolve("root"));
    spool = Files.createDirectory(temp.resolve("spool"));
  }

  private TreeWalk walk(int nameLimit) throws Exception {
    DirectoryHandle handle = DirectoryHandle.open(TreeFixture.bytes(root));
    return new TreeWalk(handle, TreeFilter.EVERYTHING, true, nameLimit, spool, warnings);
  }

  private List<BytePath> paths(int nameLimit) throws Exception {
    List<BytePath> paths = new ArrayList<>();
    try (TreeWalk walk = walk(nameLimit)) {
      for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
        paths.add(visit.path());
      }
      assertThat(walk.next()).isNull();
    }
    assertThat(spool).isEmptyDirectory();
    assertThat(warnings.snapshot().first()).isEmpty();
    return paths;
  }

  @Test
  void visitsInPathOrder() throws Exception {
    for (String file : List.of("a/b/c", "a/b!", "a!", "a0/x", "ab/y", "Z", "ü/z")) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.createFile(root.resolve(file));
    }
    List<BytePath> paths = paths(1000);
    assertThat(paths).isSorted().doesNotHaveDuplicates().hasSize(13);
    assertThat(paths.getFirst()).isEqualTo(BytePath.EMPTY);
  }

  @Test
  void aHugeDirectoryIsSortedOnDisk() throws Exception {
    int count = 3000;
    for (int i = 0; i < count; i++) {
      Files.createFile(root.resolve("name-" + Integer.toHexString(i * 7919)));
    }
    Files.createDirectories(root.resolve("name-a/inside"));
    List<BytePath> sortedOnDisk = paths(100);
    assertThat(sortedOnDisk).isSorted().hasSize(count + 3).isEqualTo(paths(100_000));
  }

  @Test
  void namesOnDiskAreUsedWhileTheWalkIsUnderWay() throws Exception {
    for (int i = 0; i < 500; i++) {
      Files.createFile(root.resolve("f" + i));
    }
    try (TreeWalk walk = walk(100)) {
      walk.next();
      walk.next();
      try (Stream<Path> files = Files.walk(spool)) {
        assertThat(files.filter(Files::isRegularFile)).hasSize(1); // one run, merged
      }
    }
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void moreLevelsThanDirectoriesStayOpen() throws Exception {
    Path at = root;
    for (int i = 0; i < 300; i++) {
      at = Files.createDirectory(at.resolve("d"));
      Files.createFile(at.resolve("e"));
    }
    assertThat(paths(1000)).hasSize(601).isSorted();
  }
}
