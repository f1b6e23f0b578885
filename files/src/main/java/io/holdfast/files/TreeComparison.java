package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * Compares two trees: which paths there are, and of each its type, owner, mode, time of
 * modification in nanoseconds, extended attributes and ACLs, link target, device number, every byte
 * of content, and which paths are names of the same file. Streams; what it needs does not grow with
 * the trees.
 */
public final class TreeComparison {
  private final Set<TreeDifference.Aspect> ignored;
  private final int limit;
  private final int namesInMemory;
  private final Path spool;

  private TreeComparison(
      Set<TreeDifference.Aspect> ignored, int limit, int namesInMemory, Path spool) {
    this.ignored = ignored;
    this.limit = limit;
    this.namesInMemory = namesInMemory;
    this.spool = spool;
  }

  /** Compares all but the layout of holes, and keeps the first hundred differences. */
  public static TreeComparison ofEverything() {
    return new TreeComparison(
        EnumSet.of(TreeDifference.Aspect.HOLES),
        100,
        100_000,
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Pays no attention to these, but to all others. */
  public TreeComparison ignoring(TreeDifference.Aspect... aspects) {
    EnumSet<TreeDifference.Aspect> set = EnumSet.noneOf(TreeDifference.Aspect.class);
    set.addAll(Set.of(aspects));
    return new TreeComparison(set, limit, namesInMemory, spool);
  }

  /** With temporary files elsewhere, and so many names in memory. */
  public TreeComparison withSpool(Path directory, int names) {
    return new TreeComparison(ignored, limit, names, directory);
  }

  /**
   * @throws TreeException if a root cannot be read
   */
  public TreeComparisonResult compare(BytePath expected, BytePath actual) {
    TreeDifferences differences = new TreeDifferences(ignored, limit);
    WarningLog warnings = new WarningLog(limit);
    try (TreeWalk first = walk(expected, warnings);
        TreeWalk second = walk(actual, warnings);
        LinkComparison links = new LinkComparison(spool, namesInMemory)) {
      NodeComparison nodes =
          new NodeComparison(
              first.directories(), second.directories(), warnings, differences, links);
      compare(first, second, nodes, differences);
      links.report(differences);
      for (TreeWarning warning : warnings.snapshot().first()) {
        differences.add(
            warning.path(),
            TreeDifference.Aspect.UNREADABLE,
            warning.kind() + " " + warning.reason());
      }
      return differences.result(nodes.entries(), nodes.bytes());
    } catch (PosixException e) {
      throw TreeException.of("cannot compare " + expected + " with " + actual, e);
    } catch (IOException e) {
      throw new TreeException(
          FailureCategory.UNAVAILABLE,
          "cannot compare " + expected + " with " + actual + ": " + e.getMessage(),
          "",
          e);
    }
  }

  private TreeWalk walk(BytePath root, WarningLog warnings) throws IOException {
    return new TreeWalk(
        DirectoryHandle.open(root), TreeFilter.EVERYTHING, false, namesInMemory, spool, warnings);
  }

  private static void compare(
      TreeWalk first, TreeWalk second, NodeComparison nodes, TreeDifferences differences)
      throws IOException {
    TreeWalk.Visit a = first.next();
    TreeWalk.Visit b = second.next();
    while (a != null || b != null) {
      int order = a == null ? 1 : b == null ? -1 : a.path().compareTo(b.path());
      if (a != null && order < 0) {
        differences.add(a.path(), TreeDifference.Aspect.MISSING, "");
        a = first.next();
      } else if (b != null && order > 0) {
        differences.add(b.path(), TreeDifference.Aspect.EXTRA, "");
        b = second.next();
      } else if (a != null && b != null) {
        nodes.compare(a, b);
        a = first.next();
        b = second.next();
      }
    }
  }
}
