package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The local directory with the index of one repository as {@link IndexRun} files. It is made from
 * the repository at will and may be deleted at any time; several processes may use it at once.
 */
final class IndexCache {
  /** More runs than this are merged: each costs every look-up a search. */
  private static final int MAX_RUNS = 8;

  private static final int MAX_PARTS = 64;

  private static final String SUFFIX = ".run";

  private final Path directory;
  private final AtomicInteger serials = new AtomicInteger();

  IndexCache(Path directory) {
    this.directory = directory;
  }

  /**
   * Brings the cache up to date and opens it.
   *
   * @return runs that stand for all live index objects; the caller closes them
   */
  List<IndexRun> load(IndexObjects objects) {
    try {
      Files.createDirectories(directory);
      Set<String> listed = objects.list();
      return update(openCached(new TreeSet<>(listed)), Set.of(), listed, objects);
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
      runs.add(rebuild(objects.rebuild(), damaged, runs));
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
  private static List<IndexRun> withoutSuperseded(
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
      Files.deleteIfExists(run.file());
      if (!searched.contains(run)) {
        run.close();
      }
    }
    return kept;
  }

  /** One run, in the place of damaged index objects, with all packs that no other run has. */
  private IndexRun rebuild(RebuildIndex rebuild, Set<String> damaged, List<IndexRun> known)
      throws IOException {
    List<IndexRun> parts = new ArrayList<>();
    try {
      rebuild.run(
          known,
          packs -> {
            parts.add(part(file -> IndexRunWriter.write(file, damaged, Set.of(), packs)));
            if (parts.size() > MAX_PARTS) {
              IndexRun merged = part(file -> IndexRunWriter.merge(file, parts));
              parts.forEach(IndexRun::close);
              parts.clear();
              parts.add(merged);
            }
          });
      Path file = fileFor(damaged);
      IndexRunWriter.merge(file, parts);
      return reopen(file);
    } finally {
      parts.forEach(IndexRun::close);
    }
  }

  @FunctionalInterface
  private interface RunFile {
    void write(Path file) throws IOException;
  }

  /** A run whose file is gone at once: it must never be taken for all that it is a part of. */
  private IndexRun part(RunFile content) {
    try {
      Path file = Files.createTempFile(directory, "part", ".tmp");
      try {
        content.write(file);
        return reopen(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  RepositoryException failed(IOException e) {
    return new RepositoryException(
        FailureCategory.UNAVAILABLE,
        "the index cache in " + directory + " cannot be used: " + e,
        "Check the space there and who may write; the directory may be deleted.",
        e);
  }

  /** Opens the runs whose index objects all exist, largest first, and takes those off the set. */
  private List<IndexRun> openCached(Set<String> live) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      found.forEach(files::add);
    }
    List<IndexRun> candidates = new ArrayList<>();
    for (Path file : files) {
      try {
        IndexRun run = IndexRun.open(file, serials.incrementAndGet());
        if (run == null) {
          Files.deleteIfExists(file);
        } else {
          candidates.add(run);
        }
      } catch (NoSuchFileException e) {
        // Another process merged it away; what it stood for is read from the repository.
        Files.deleteIfExists(file);
      }
    }
    candidates.sort(Comparator.comparingLong(IndexRun::bytes).reversed());
    List<IndexRun> runs = new ArrayList<>();
    for (IndexRun run : candidates) {
      Set<String> sources = run.sourceNames();
      if (live.containsAll(sources)) {
        live.removeAll(sources);
        runs.add(run);
      } else {
        run.close();
        Files.deleteIfExists(run.file());
      }
    }
    return runs;
  }

  /** Adds a run for an index object that was just written or read. */
  IndexRun write(Set<String> sources, Set<String> superseded, List<PackSummary> packs) {
    try {
      Path file = fileFor(sources);
      IndexRunWriter.write(file, sources, superseded, packs);
      return reopen(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** As below; runs that nobody searches yet are closed, so that not all are open at once. */
  private List<IndexRun> compactClosing(List<IndexRun> runs, Set<IndexRun> searched)
      throws IOException {
    List<IndexRun> compacted = compact(runs);
    runs.stream()
        .filter(run -> !compacted.contains(run) && !searched.contains(run))
        .forEach(IndexRun::close);
    return compacted;
  }

  /**
   * Merges the smallest runs while there are too many. Runs that were merged stay open, since
   * others may be searching them; their files are gone.
   */
  List<IndexRun> compact(List<IndexRun> runs) throws IOException {
    List<IndexRun> current = new ArrayList<>(runs);
    while (current.size() > MAX_RUNS) {
      current.sort(Comparator.comparingLong(IndexRun::bytes));
      List<IndexRun> smallest = List.copyOf(current.subList(0, MAX_RUNS));
      Set<String> sources = new TreeSet<>();
      smallest.forEach(run -> sources.addAll(run.sourceNames()));
      Path file = fileFor(sources);
      IndexRunWriter.merge(file, smallest);
      IndexRun merged = reopen(file);
      for (IndexRun run : smallest) {
        Files.deleteIfExists(run.file());
      }
      current.removeAll(smallest);
      current.add(merged);
    }
    return current;
  }

  private IndexRun reopen(Path file) throws IOException {
    IndexRun run = IndexRun.open(file, serials.incrementAndGet());
    if (run == null) {
      throw new IOException(file + " was written and cannot be read back");
    }
    return run;
  }

  private Path fileFor(Set<String> sources) {
    byte[] names =
        String.join("\n", new TreeSet<>(sources))
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    String hash = HexFormat.of().formatHex(PackBuilder.sha256(names, names.length));
    return directory.resolve(hash.substring(0, 32) + SUFFIX);
  }
}
