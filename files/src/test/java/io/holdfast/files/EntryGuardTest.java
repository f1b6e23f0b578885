package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Entry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class EntryGuardTest {
  private static Entry entry(String path, NodeType type) {
    return Entry.builder(BytePath.of(path), type).linkTarget(BytePath.of("anywhere")).build();
  }

  private static void check(Entry... entries) {
    EntryGuard guard = new EntryGuard();
    for (Entry entry : entries) {
      guard.check(entry);
    }
  }

  private static final Entry ROOT = entry("", NodeType.DIRECTORY);

  @Test
  void lettsATreeThrough() {
    check(
        ROOT,
        entry("a", NodeType.DIRECTORY),
        entry("a/b", NodeType.DIRECTORY),
        entry("a/b/c", NodeType.FIFO),
        entry("a/d", NodeType.SYMLINK),
        entry("a!", NodeType.SOCKET),
        entry("b", NodeType.DIRECTORY));
  }

  @Test
  void refusesPathsThatLeadOut() {
    for (String bad : List.of("..", "a/..", "../x", "/etc", "a//b", "a/./b", "a/")) {
      assertThatThrownBy(() -> check(ROOT, entry(bad, NodeType.FIFO)))
          .as(bad)
          .isInstanceOf(UnsafeEntryException.class);
    }
  }

  @Test
  void refusesEntriesBelowWhatIsNoDirectory() {
    assertThatThrownBy(() -> check(ROOT, entry("a", NodeType.SYMLINK), entry("a/b", NodeType.FIFO)))
        .isInstanceOf(UnsafeEntryException.class)
        .hasMessageContaining("no directory");
    assertThatThrownBy(() -> check(ROOT, entry("a/b", NodeType.FIFO)))
        .isInstanceOf(UnsafeEntryException.class);
    assertThatThrownBy(() -> check(entry("a", NodeType.FIFO)))
        .isInstanceOf(UnsafeEntryException.class);
    assertThatThrownBy(() -> check(entry("", NodeType.SYMLINK)))
        .isInstanceOf(UnsafeEntryException.class);
  }

  @Test
  void refusesWhatOccursTwiceOrOutOfOrder() {
    assertThatThrownBy(() -> check(ROOT, entry("a", NodeType.FIFO), entry("a", NodeType.FIFO)))
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> check(ROOT, entry("b", NodeType.FIFO), entry("a", NodeType.FIFO)))
        .hasMessageContaining("order");
  }

  @Test
  void refusesIncompleteEntries() {
    for (NodeType type : List.of(NodeType.FILE, NodeType.CHAR_DEVICE, NodeType.BLOCK_DEVICE)) {
      assertThatThrownBy(() -> check(ROOT, entry("a", type)))
          .isInstanceOf(UnsafeEntryException.class);
    }
    Entry link = Entry.builder(BytePath.of("a"), NodeType.SYMLINK).build();
    assertThatThrownBy(() -> check(ROOT, link)).isInstanceOf(UnsafeEntryException.class);
  }

  @Test
  void refusesPathsLongerThanAScanGives() {
    String name = "n".repeat(200);
    String path = (name + "/").repeat(90) + name;
    assertThatThrownBy(() -> check(ROOT, entry(path, NodeType.FIFO)))
        .isInstanceOf(UnsafeEntryException.class);
  }

  @Provide
  Arbitrary<Map<String, Boolean>> trees() {
    Arbitrary<String> path =
        Arbitraries.of("a", "b", "a!", ".", "..", "", "c0")
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(parts -> String.join("/", parts));
    return Arbitraries.maps(path, Arbitraries.of(true, true, false)).ofMaxSize(12);
  }

  /** Whatever a manifest holds, what passes is a tree with a root and names that stay in it. */
  @Property(tries = 3000)
  void whatPassesIsATree(@ForAll("trees") Map<String, Boolean> nodes) {
    Map<BytePath, Boolean> sorted = new TreeMap<>();
    nodes.forEach((path, isDirectory) -> sorted.put(BytePath.of(path), isDirectory));
    sorted.put(BytePath.EMPTY, true);
    EntryGuard guard = new EntryGuard();
    Set<BytePath> directories = new HashSet<>();
    for (Map.Entry<BytePath, Boolean> node : sorted.entrySet()) {
      BytePath path = node.getKey();
      boolean safe = path.isEmpty() || (path.isBeneath() && directories.contains(path.parent()));
      Entry entry = entry(path, node.getValue() ? NodeType.DIRECTORY : NodeType.FIFO);
      if (!safe) {
        assertThatThrownBy(() -> guard.check(entry)).isInstanceOf(UnsafeEntryException.class);
        return;
      }
      guard.check(entry);
      if (node.getValue()) {
        directories.add(path);
      }
    }
    assertThat(directories).contains(BytePath.EMPTY);
  }

  private static Entry entry(BytePath path, NodeType type) {
    return Entry.builder(path, type).build();
  }
}
