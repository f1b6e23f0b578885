package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The local directory with the index of one repository as {@link IndexRun} files. It is made from
 * the repository at will and may be deleted at any time. Several processes may use it at once; what
 * two of them make of the same index objects is sorted out by the next one that loads it.
 */
final class IndexCache {
  /** Each time, one damaged file more is out of the way. */
  private static final int ATTEMPTS = 2 * MergePolicy.MAX_RUNS;

  private final RunFiles files;

  IndexCache(Path directory) {
    files = new RunFiles(directory);
  }

  /**
   * Brings the cache up to date and opens it.
   *
   * @return runs that stand for all live index objects; the caller closes them
   */
  List<IndexRun> load(IndexObjects objects) {
    for (int attempt = 1; ; attempt++) {
      try {
        return loadWhatIsThere(objects);
      } catch (DamagedCacheException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private List<IndexRun> loadWhatIsThere(IndexObjects objects) {
    try {
      files.removeLeftovers();
      List<IndexRun> cached = files.openAll();
      // Listed only now: the index objects of a run that another process has just made are in it.
      Set<String> listed = objects.list();
      return update(choose(cached, new TreeSet<>(listed)), Set.of(), listed, objects);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * Takes in the index objects that were put since these runs were made, and leaves out what those
   * supersede.
   *
   * @param runs which stay open, since others may be searching them
   * @return runs that stand for all live index objects; the caller closes those that are new
   */
  List<IndexRun> refresh(List<IndexRun> runs, IndexObjects objects) {
    try {
      return update(runs, Set.copyOf(runs), objects.list(), objects);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private List<IndexRun> update(
      List<IndexRun> known, Set<IndexRun> searched, Set<String> listed, IndexObjects objects)
      throws IOException {
    List<IndexRun> runs = known;
    Set<String> superseded = new TreeSet<>();
    Set<String> damaged = new TreeSet<>();
    runs.forEach(run -> superseded.addAll(run.supersededNames()));
    runs = withoutSuperseded(runs, superseded, searched);
    for (Set<String> missing = missing(listed, runs, superseded, damaged);
        !missing.isEmpty();
        missing = missing(listed, runs, superseded, damaged)) {
      for (String name : missing) {
        if (superseded.contains(name)) {
          continue; // by one read before
        }
        try {
          IndexObjects.IndexObject object = objects.read(name);
          superseded.addAll(object.supersedes());
          List<IndexRun> more = new ArrayList<>(runs);
          more.add(write(Set.of(name), object.supersedes(), object.packs()));
          runs = compactClosing(more, searched);
        } catch (CorruptObjectException e) {
          damaged.add(name);
        }
      }
      runs = withoutSuperseded(runs, superseded, searched);
    }
    if (!damaged.isEmpty()) {
      runs = new ArrayList<>(runs);
      runs.add(rebuild(objects.rebuild(), damaged, runs, files::write));
    }
    return compactClosing(runs, searched);
  }

  private static Set<String> missing(
      Set<String> listed, List<IndexRun> runs, Set<String> superseded, Set<String> damaged) {
    Set<String> missing = new TreeSet<>(listed);
    runs.forEach(run -> missing.removeAll(run.sourceNames()));
    missing.removeAll(superseded);
    missing.removeAll(damaged);
    return missing;
  }

  /** Drops the runs that say what counts no more; what else they say is to be read again. */
  private List<IndexRun> withoutSuperseded(
      List<IndexRun> runs, Set<String> superseded, Set<IndexRun> searched) throws IOException {
    if (superseded.isEmpty()) {
      return runs;
    }
    List<IndexRun> kept = new ArrayList<>();
    for (IndexRun run : runs) {
      if (Collections.disjoint(run.sourceNames(), superseded)) {
        kept.add(run);
        continue;
      }
      files.remove(run);
      if (!searched.contains(run)) {
        run.close();
      }
    }
    return kept;
  }

  /**
   * A run with all packs that no index object names. It is gone when it is closed: what index
   * objects say must not be mixed up with what they should say.
   */
  IndexRun unnamed(IndexObjects objects, List<IndexRun> known) {
    try {
      return rebuild(objects.rebuild(), Set.of(), known, files::writePassing);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Writes a run of some kind. */
  @FunctionalInterface
  private interface WriteRun {
    IndexRun write(RunFiles.Content content) throws IOException;
  }

  /** One run, in the place of damaged index objects, with all packs that no other run has. */
  private IndexRun rebuild(
      RebuildIndex rebuild, Set<String> damaged, List<IndexRun> known, WriteRun write)
      throws IOException {
    List<IndexRun> parts = new ArrayList<>();
    try {
      rebuild.run(
          known,
          packs -> {
            parts.add(part(out -> IndexRunWriter.write(out, damaged, Set.of(), packs)));
            List<IndexRun> smallest = MergePolicy.choose(parts);
            if (!smallest.isEmpty()) {
              IndexRun merged = part(out -> MergeRuns.write(out, smallest));
              smallest.forEach(IndexRun::close);
              parts.removeAll(smallest);
              parts.add(merged);
            }
          });
      if (parts.isEmpty()) {
        return write.write(out -> IndexRunWriter.write(out, damaged, Set.of(), List.of()));
      }
      return write.write(out -> MergeRuns.write(out, parts));
    } finally {
      parts.forEach(IndexRun::close);
    }
  }

  /** A run that no load ever finds: it must never be taken for all that it is a part of. */
  private IndexRun part(RunFiles.Content content) {
    try {
      return files.writePassing(content);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private RepositoryException failed(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new CancelledException("using the index cache in " + files.directory());
    }
    return new RepositoryException(
        FailureCategory.UNAVAILABLE,
        "the index cache in " + files.directory() + " cannot be used: " + e,
        "Check the space there and who may write; the directory may be deleted.",
        e);
  }

  /** The runs whose index objects all exist, largest first; takes those off the set. */
  private List<IndexRun> choose(List<IndexRun> candidates, Set<String> live) throws IOException {
    candidates.sort(Comparator.comparingLong(IndexRun::bytes).reversed());
    List<IndexRun> runs = new ArrayList<>();
    for (IndexRun run : candidates) {
      Set<String> sources = run.sourceNames();
      if (live.containsAll(sources)) {
        live.removeAll(sources);
        runs.add(run);
      } else {
        run.close();
        files.remove(run);
      }
    }
    return runs;
  }

  /** Adds a run for an index object that was just written or read. */
  IndexRun write(Set<String> sources, Set<String> superseded, List<PackSummary> packs) {
    try {
      return files.write(out -> IndexRunWriter.write(out, sources, superseded, packs));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** As below; runs that nobody searches yet are closed, so that not all are open at once. */
  private List<IndexRun> compactClosing(List<IndexRun> runs, Set<IndexRun> searched)
      throws IOException {
    List<IndexRun> compacted = merge(runs);
    runs.stream()
        .filter(run -> !compacted.contains(run) && !searched.contains(run))
        .forEach(IndexRun::close);
    return compacted;
  }

  /**
   * Merges what {@link MergePolicy} says. Runs that were merged stay open, since others may be
   * searching them; their files are gone.
   */
  List<IndexRun> compact(List<IndexRun> runs) {
    try {
      return merge(runs);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private List<IndexRun> merge(List<IndexRun> runs) throws IOException {
    List<IndexRun> current = new ArrayList<>(runs);
    for (List<IndexRun> smallest = MergePolicy.choose(current);
        !smallest.isEmpty();
        smallest = MergePolicy.choose(current)) {
      List<IndexRun> merging = smallest;
      IndexRun merged = files.write(out -> MergeRuns.write(out, merging));
      int firstPack = 0;
      for (IndexRun run : merging) {
        run.mergedInto(merged.pack(firstPack));
        firstPack += run.packCount();
        files.remove(run);
      }
      current.removeAll(merging);
      current.add(merged);
    }
    return current;
  }
}
