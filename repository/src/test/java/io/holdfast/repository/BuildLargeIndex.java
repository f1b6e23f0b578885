package io.holdfast.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A process that fills a cache with runs of 50 000 chunks, merging them as they come, looks some
 * up, and prints how many kilobytes of memory it had at most, mapped files apart. Arguments: the
 * directory, how many chunks.
 */
final class BuildLargeIndex {
  private static final int PACKS = 16;
  private static final int CHUNKS = 50_000 / PACKS;

  private BuildLargeIndex() {}

  public static void main(String[] args) throws IOException {
    IndexCache cache = new IndexCache(Path.of(args[0]));
    int objects = Integer.parseInt(args[1]) / (PACKS * CHUNKS);
    List<IndexRun> runs = new ArrayList<>();
    long anonymous = 0;
    for (int object = 0; object < objects; object++) {
      runs.add(cache.write(Set.of(name(object)), Set.of(), packs(object)));
      List<IndexRun> before = List.copyOf(runs);
      runs = new ArrayList<>(cache.compact(runs));
      List<IndexRun> after = runs;
      before.stream().filter(run -> !after.contains(run)).forEach(IndexRun::close);
      anonymous = Math.max(anonymous, anonymousKilobytes());
    }
    for (int object = 0; object < objects; object += 1 + objects / 20) {
      for (PackSummary pack : packs(object)) {
        for (PlacedChunk chunk : pack.directory().chunks()) {
          requireFound(runs, pack, chunk);
        }
      }
    }
    System.out.println(Math.max(anonymous, anonymousKilobytes()));
  }

  private static void requireFound(List<IndexRun> runs, PackSummary pack, PlacedChunk chunk) {
    for (IndexRun run : runs) {
      ChunkLocation found = run.find(chunk.id());
      if (found != null
          && found.pack().name().equals(pack.name())
          && found.firstBlock() == chunk.firstBlock()
          && found.pack().block(found.firstBlock()).plainLength() == 1000) {
        return;
      }
    }
    throw new IllegalStateException("chunk " + chunk.id() + " is not found");
  }

  private static List<PackSummary> packs(int object) {
    Random random = new Random(object);
    return Stream.generate(() -> SampleIndex.pack(random, CHUNKS)).limit(PACKS).toList();
  }

  private static String name(int object) {
    return HexFormat.of().toHexDigits(object).repeat(8);
  }

  private static long anonymousKilobytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("/proc/self/status has no RssAnon");
  }
}
