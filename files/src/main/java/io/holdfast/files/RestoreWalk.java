package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.ContentReader.Target;
import io.holdfast.repository.Entry;
import io.holdfast.repository.FileIdentity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the entries of a backup in order, makes what has no content, and hands out the files
 * whose content is to be read. Of one thread; directories may be finished by others.
 */
final class RestoreWalk implements Iterator<Target> {
  private final Iterator<Entry> entries;
  private final RestoreSite site;
  private final NodeRestore nodes;
  private final HardLinkRestore links;
  private final RestoredDirectory.Finish finish;
  private final UnaryOperator<ContentReader.Sink> sinkWrapper;
  private final EntryGuard guard = new EntryGuard();
  private final Deque<RestoredDirectory> levels = new ArrayDeque<>();
  private @Nullable Target next;

  RestoreWalk(
      Iterator<Entry> entries,
      RestoreSite site,
      HardLinkRestore links,
      RestoredDirectory.Finish finish,
      UnaryOperator<ContentReader.Sink> sinkWrapper) {
    this.entries = entries;
    this.site = site;
    this.nodes = new NodeRestore(site);
    this.links = links;
    this.finish = finish;
    this.sinkWrapper = sinkWrapper;
  }

  @Override
  public boolean hasNext() {
    while (next == null && entries.hasNext()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancelledException("the restore of files");
      }
      Entry entry = entries.next();
      try {
        next = start(entry);
      } catch (PosixException e) {
        throw TreeException.of("cannot restore " + entry.path(), e);
      }
    }
    if (next == null) {
      leaveAll();
    }
    return next != null;
  }

  @Override
  public Target next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Target target = Objects.requireNonNull(next);
    next = null;
    return target;
  }

  private @Nullable Target start(Entry entry) throws PosixException {
    guard.check(entry);
    leaveUpTo(entry.path());
    RestoredDirectory directory = levels.peek();
    switch (entry.type()) {
      case DIRECTORY -> levels.push(nodes.enter(directory, entry, finish));
      case FILE -> {
        return startFile(Objects.requireNonNull(directory), entry);
      }
      case SYMLINK, FIFO, SOCKET, CHAR_DEVICE, BLOCK_DEVICE ->
          restoreNode(Objects.requireNonNull(directory), entry);
    }
    return null;
  }

  private void restoreNode(RestoredDirectory directory, Entry entry) throws PosixException {
    FileIdentity file = links.linkable(directory, entry);
    if (file == null) {
      nodes.restore(directory, entry, null);
    } else if (links.isClaimed(file)) {
      links.postpone(directory, entry, file);
    } else if (nodes.restore(directory, entry, HardLinkRestore.copyName(file))) {
      links.claimed(entry, file);
    }
  }

  private @Nullable Target startFile(RestoredDirectory directory, Entry entry)
      throws PosixException {
    BytePath linkName = null;
    FileIdentity file = links.linkable(directory, entry);
    if (file != null) {
      if (links.isClaimed(file)) {
        links.postpone(directory, entry, file);
        return null;
      }
      links.claim(entry, file);
      linkName = HardLinkRestore.copyName(file);
    }
    FileSink sink = new FileSink(site, directory, entry, linkName);
    site.sinkStarted(sink);
    directory.use();
    return new Target(Objects.requireNonNull(entry.content()), sinkWrapper.apply(sink));
  }

  private void leaveUpTo(BytePath path) throws PosixException {
    while (!levels.isEmpty() && !path.startsWith(levels.element().path())) {
      levels.pop().release();
    }
  }

  private void leaveAll() {
    while (!levels.isEmpty()) {
      RestoredDirectory directory = levels.pop();
      try {
        directory.release();
      } catch (PosixException e) {
        throw TreeException.of("cannot restore " + directory.path(), e);
      }
    }
  }
}
