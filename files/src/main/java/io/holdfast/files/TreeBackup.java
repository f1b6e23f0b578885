package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CancelledException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Backs up a tree of files: every byte of content and all POSIX metadata, names as bytes.
 * Directories are scanned in path order by one thread, files are read by several others. What
 * cannot be read is left out and listed in the result; only a failure of the repository, or of the
 * root itself, ends the backup. Memory, threads and open files are bounded by the options.
 * docs/files.md.
 */
public final class TreeBackup {
  private final BackupSession session;
  private final TreeBackupOptions options;
  private final TreeProgress progress;

  public TreeBackup(BackupSession session, TreeBackupOptions options, TreeProgress progress) {
    this.session = session;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Backs up the tree at a path. The path itself may lead through symbolic links; in the tree none
   * is followed.
   *
   * @param previous the backup to compare with: files that it holds unchanged are not read. Null
   *     for a full backup, which trusts nothing and reads all
   * @return the manifest, which is not part of a backup record yet
   * @throws TreeException if the root cannot be read, or temporary files cannot be written
   * @throws CancelledException if the thread was interrupted, as it still is; nothing of this run
   *     goes on then
   */
  public TreeBackupResult run(BytePath root, @Nullable PreviousTree previous) {
    WarningLog warnings = new WarningLog(options.warningLimit());
    try (TreeWalk walk = open(root, warnings);
        BackupRun run = new BackupRun(session, options, progress, walk, warnings)) {
      return run.run(new UnchangedFiles(previous, warnings));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("the backup of " + root);
    } catch (PosixException e) {
      throw TreeException.of("cannot back up " + root, e);
    } catch (IOException e) {
      throw new TreeException(
          FailureCategory.UNAVAILABLE,
          "cannot back up "
              + root
              + ": temporary files in "
              + options.spool()
              + ": "
              + e.getMessage(),
          "Check that directory, or choose another one for temporary files.",
          e);
    }
  }

  private TreeWalk open(BytePath root, WarningLog warnings) throws IOException {
    return new TreeWalk(
        DirectoryHandle.open(root),
        options.filter(),
        options.oneFileSystem(),
        options.namesInMemory(),
        options.spool(),
        warnings);
  }
}
