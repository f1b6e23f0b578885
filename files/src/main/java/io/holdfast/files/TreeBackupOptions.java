package io.holdfast.files;

import java.nio.file.Path;

/**
 * How a tree is backed up.
 *
 * @param filter what is wanted
 * @param oneFileSystem whether directories on other file systems are kept empty
 * @param readers threads that read files
 * @param window entries that may be under way at once, and as many that wait for their turn
 * @param namesInMemory names of directories to sort in memory; more are sorted on disk
 * @param warningLimit warnings to keep in full
 * @param spool directory for temporary files; they hold names, in clear
 */
public record TreeBackupOptions(
    TreeFilter filter,
    boolean oneFileSystem,
    int readers,
    int window,
    int namesInMemory,
    int warningLimit,
    Path spool) {

  /**
   * @throws IllegalArgumentException if a number is below 1
   */
  public TreeBackupOptions {
    if (readers < 1 || window < 1 || namesInMemory < 1 || warningLimit < 1) {
      throw new IllegalArgumentException("limits must be at least 1");
    }
  }

  /** Everything, also on other file systems; a reader a processor, two at least. */
  public static TreeBackupOptions defaults() {
    return new TreeBackupOptions(
        TreeFilter.EVERYTHING,
        false,
        Math.max(2, Runtime.getRuntime().availableProcessors()),
        256,
        100_000,
        1000,
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** With another filter. */
  public TreeBackupOptions withFilter(TreeFilter wanted) {
    return new TreeBackupOptions(
        wanted, oneFileSystem, readers, window, namesInMemory, warningLimit, spool);
  }

  /** Stays on the file system of the root, or not. */
  public TreeBackupOptions withOneFileSystem(boolean one) {
    return new TreeBackupOptions(filter, one, readers, window, namesInMemory, warningLimit, spool);
  }

  /** With other limits. */
  public TreeBackupOptions withLimits(int readerThreads, int entriesUnderWay, int names) {
    return new TreeBackupOptions(
        filter, oneFileSystem, readerThreads, entriesUnderWay, names, warningLimit, spool);
  }

  /** With temporary files elsewhere. */
  public TreeBackupOptions withSpool(Path directory) {
    return new TreeBackupOptions(
        filter, oneFileSystem, readers, window, namesInMemory, warningLimit, directory);
  }
}
