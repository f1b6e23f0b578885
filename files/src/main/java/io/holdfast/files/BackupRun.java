package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Entry;
import io.holdfast.repository.ManifestWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One backup of one tree: visits go through a window of bounded length, in which files are read in
 * parallel, and leave it in order into the manifest. Of one thread, but for its readers and the one
 * that walks.
 */
final class BackupRun implements AutoCloseable {
  private final BackupSession session;
  private final WalkAhead walk;
  private final TreeProgress progress;
  private final WarningLog warnings;
  private final int windowLimit;
  private final ManifestWriter manifest;
  private final NodeReader reader;
  private final ExecutorService readers;
  private final Deque<PendingEntry> window = new ArrayDeque<>();
  private final HardLinks links = new HardLinks();
  private final BackupTally tally = new BackupTally();

  BackupRun(
      BackupSession session,
      TreeBackupOptions options,
      TreeProgress progress,
      TreeWalk walk,
      WarningLog warnings) {
    this.session = session;
    this.progress = progress;
    this.warnings = warnings;
    this.windowLimit = options.window();
    this.manifest = session.manifest();
    this.reader = new NodeReader(walk.directories(), new FileContents(session, progress), warnings);
    this.readers =
        Executors.newFixedThreadPool(
            options.readers(), Thread.ofPlatform().name("files-reader-", 0).daemon().factory());
    this.walk = new WalkAhead(walk, options.window()); // last: it starts to walk
  }

  TreeBackupResult run(UnchangedFiles unchanged) throws IOException, InterruptedException {
    for (TreeWalk.Visit visit = walk.next(); visit != null; visit = walk.next()) {
      if (Thread.interrupted()) {
        throw new InterruptedException("backup of files was cancelled");
      }
      PendingEntry pending = start(visit, unchanged);
      if (pending != null) {
        while (window.size() >= windowLimit) {
          finish(window.remove());
        }
        window.add(pending);
      }
    }
    while (!window.isEmpty()) {
      finish(window.remove());
    }
    return tally.result(manifest.finish(), warnings.snapshot());
  }

  private @Nullable PendingEntry start(TreeWalk.Visit visit, UnchangedFiles unchanged) {
    FileStatus status = visit.status();
    if (!status.isFile()) {
      Entry entry = reader.read(visit);
      return entry == null ? null : new PendingEntry.Ready(entry, BackupTally.Origin.NONE);
    }
    Entry before = unchanged.find(visit.path(), status);
    if (before != null && before.content() != null && session.reuse(before.content())) {
      progress.bytes(status.size());
      return new PendingEntry.Ready(reader.reuse(before, status), BackupTally.Origin.UNCHANGED);
    }
    Future<@Nullable Entry> first = links.find(status);
    if (first != null) {
      return new PendingEntry.Linked(visit, first);
    }
    Future<@Nullable Entry> reading = readers.submit(() -> reader.readFile(visit));
    links.remember(status, reading);
    return new PendingEntry.Reading(reading);
  }

  private void finish(PendingEntry pending) throws IOException, InterruptedException {
    switch (pending) {
      case PendingEntry.Ready ready -> add(ready.entry(), ready.origin());
      case PendingEntry.Reading reading ->
          add(Workers.result(reading.entry()), BackupTally.Origin.READ);
      case PendingEntry.Linked linked -> finishLink(linked.visit(), Workers.result(linked.first()));
    }
  }

  /**
   * If the first name could not be read, or the file is not the one that was read then, this one is
   * read by itself, and stands for the names to come.
   */
  private void finishLink(TreeWalk.Visit visit, @Nullable Entry first) throws IOException {
    if (first != null && HardLinks.isSame(first, visit.status())) {
      progress.bytes(first.size());
      add(EntryCopies.renamed(first, visit.path()), BackupTally.Origin.LINKED);
    } else {
      @Nullable Entry again = reader.readFile(visit);
      links.remember(visit.status(), CompletableFuture.completedFuture(again));
      add(again, BackupTally.Origin.READ);
    }
  }

  private void add(@Nullable Entry entry, BackupTally.Origin origin) {
    if (entry != null) {
      BytePath other = links.note(entry);
      if (other != null) {
        warnings.add(
            entry.path(),
            TreeWarning.Kind.CHANGED_WHILE_READ,
            "since " + other + " was read, which has the same inode; each is kept as it was read");
      }
      manifest.add(entry);
      tally.count(entry.type(), origin);
      progress.entries(1);
    }
  }

  /** Returns when neither a reader nor the walk uses the directories any more. */
  @Override
  public void close() {
    walk.close();
    Workers.stop(readers);
  }
}
