package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.util.Optional;

/**
 * Restores a tree of files, or parts of one, with all metadata. Each file appears complete or not
 * at all; nothing outside the target is touched, whatever the backup says and whatever links the
 * target holds. When it returns, all is on disk. After a failure or a crash the target is marked as
 * unfinished, and the same restore can be run again. docs/files.md.
 */
public final class TreeRestore {
  private final Manifest manifest;
  private final ContentReader contents;
  private final TreeRestoreOptions options;
  private final TreeProgress progress;
  private final RestoreFaults faults;

  public TreeRestore(
      Manifest manifest,
      ContentReader contents,
      TreeRestoreOptions options,
      TreeProgress progress) {
    this(manifest, contents, options, progress, RestoreFaults.NONE);
  }

  TreeRestore(
      Manifest manifest,
      ContentReader contents,
      TreeRestoreOptions options,
      TreeProgress progress,
      RestoreFaults faults) {
    this.manifest = manifest;
    this.contents = contents;
    this.options = options;
    this.progress = progress;
    this.faults = faults;
  }

  /**
   * Restores into a directory, which is made if only it is missing.
   *
   * @throws PathNotInBackupException if a wanted path is not there; nothing was changed
   * @throws TargetConflictException if the target holds something that was not allowed, or is in
   *     use
   * @throws UnsafeEntryException if the backup holds something that no scan can have made
   * @throws TreeException if the target cannot be written to
   * @throws io.holdfast.repository.CorruptObjectException if the repository is damaged
   * @throws io.holdfast.repository.CancelledException if the thread was interrupted
   */
  public TreeRestoreResult run(BytePath target) {
    SelectedEntries entries = new SelectedEntries(manifest, options.paths());
    WarningLog warnings = new WarningLog(options.warningLimit());
    try (RestoreTarget restored =
        RestoreTarget.open(
            target, options.overwrite(), manifest.ref().root().toString(), this::isTaken)) {
      MetadataWriter metadata = new MetadataWriter(new OwnerRule(options.ownership()), warnings);
      RestoreTally tally = new RestoreTally(progress);
      try (DirectoryCache directories = new DirectoryCache(restored.root().reopen(), 64)) {
        restore(entries, new RestoreSite(restored, directories, metadata, warnings, tally));
      }
      finish(restored, metadata);
      return tally.result(warnings.snapshot());
    } catch (PosixException e) {
      throw TreeException.of("cannot restore into " + target, e);
    } catch (IOException e) {
      throw new TreeException(
          FailureCategory.UNAVAILABLE,
          "cannot restore into " + target + ": " + e.getMessage(),
          "",
          e);
    }
  }

  /**
   * The mark goes when all else is done: as long as it is there, a repetition makes up for what is
   * missing. Its removal moves the time of the root, which is set once more.
   */
  private void finish(RestoreTarget restored, MetadataWriter metadata) throws PosixException {
    Optional<Entry> root = manifest.find(BytePath.EMPTY);
    if (root.isPresent()) {
      metadata.apply(restored.root(), root.get());
    }
    faults.reached(RestoreFaults.Step.BEFORE_MARK_IS_REMOVED);
    restored.finish();
    faults.reached(RestoreFaults.Step.MARK_REMOVED);
    if (root.isPresent()) {
      metadata.applyTime(restored.root(), root.get());
    }
    restored.root().sync();
  }

  /**
   * Looks whether {@link #run} would refuse to restore into a directory, and changes nothing. The
   * directory and what is above it may be absent.
   *
   * @throws PathNotInBackupException if a wanted path is not there
   * @throws TargetConflictException if the target holds something that was not allowed, or is in
   *     use
   * @throws TreeException if the target cannot be looked into
   */
  public void check(BytePath target) {
    var _ = new SelectedEntries(manifest, options.paths());
    try {
      RestoreTarget.check(
          target, options.overwrite(), manifest.ref().root().toString(), this::isTaken);
    } catch (PosixException e) {
      throw TreeException.of("cannot restore into " + target, e);
    }
  }

  /**
   * Whether a restore into this directory has begun and not ended; {@link #run} finishes it if it
   * is of the same manifest.
   */
  public boolean isUnfinished(BytePath target) {
    try {
      return RestoreTarget.isUnfinished(target, this::isTaken);
    } catch (PosixException e) {
      throw TreeException.of("cannot look into " + target, e);
    }
  }

  private boolean isTaken(BytePath name) {
    return manifest.find(name).isPresent();
  }

  private void restore(SelectedEntries entries, RestoreSite site) throws IOException {
    try (HardLinkRestore links = new HardLinkRestore(site);
        DirectoryFinish finish = new DirectoryFinish(site)) {
      contents.read(new RestoreWalk(entries, site, links, finish, faults::wrap));
      if (!site.sinks().isEmpty()) {
        throw new IllegalStateException("the reader of contents left files incomplete");
      }
      links.link(this::entry);
      finish.finishPostponed(this::entry);
    } finally {
      site.abandonSinks();
    }
  }

  private Entry entry(BytePath path) {
    return manifest
        .find(path)
        .orElseThrow(() -> new UnsafeEntryException(path, "cannot be found a second time"));
  }
}
