package io.holdfast.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Finding chunks in a merged run of the index; an operation is one look-up. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class IndexLookupBenchmark {
  private static final int CHUNKS_PER_PACK = 4096;
  private static final int PACKS_PER_RUN = 122;
  private static final int CHUNK_LENGTH = 8192;

  /** How many runs of half a million chunks are merged. */
  @Param({"2", "8"})
  public int runs = 2;

  private @Nullable Path directory;
  private @Nullable IndexRun run;
  private ChunkId[] known = {};
  private ChunkId[] unknown = {};
  private int next;

  @Setup
  public void prepare() throws IOException {
    directory = Files.createTempDirectory("index-lookup");
    SplittableRandom random = new SplittableRandom(1);
    List<ChunkId> sample = new ArrayList<>();
    List<IndexRun> parts = new ArrayList<>();
    RunFiles files = new RunFiles(directory);
    for (int i = 0; i < runs; i++) {
      Set<String> sources = Set.of(name(random));
      List<PackSummary> packs = packs(random, sample);
      parts.add(files.write(out -> IndexRunWriter.write(out, sources, Set.of(), packs)));
    }
    run = files.write(out -> MergeRuns.write(out, parts));
    for (IndexRun part : parts) {
      part.close();
      files.remove(part);
    }
    // Of millions, more than any cache holds.
    Collections.shuffle(sample, new java.util.Random(1));
    known = sample.toArray(ChunkId[]::new);
    unknown = new ChunkId[1 << 16];
    for (int i = 0; i < unknown.length; i++) {
      unknown[i] = id(random);
    }
  }

  @Benchmark
  public boolean find() {
    return find(known);
  }

  @Benchmark
  public boolean miss() {
    return find(unknown);
  }

  private boolean find(ChunkId[] ids) {
    IndexRun opened = run;
    next = next + 1 < ids.length ? next + 1 : 0;
    return opened != null && opened.find(ids[next]) != null;
  }

  @TearDown
  public void remove() throws IOException {
    if (run != null) {
      run.close();
      Files.delete(run.file());
    }
    if (directory != null) {
      Files.delete(directory);
    }
  }

  private static List<PackSummary> packs(SplittableRandom random, List<ChunkId> sample) {
    List<PackSummary> packs = new ArrayList<>();
    for (int i = 0; i < PACKS_PER_RUN; i++) {
      packs.add(pack(random, sample));
    }
    return packs;
  }

  /** One chunk in eight is remembered. */
  private static PackSummary pack(SplittableRandom random, List<ChunkId> sample) {
    List<PlacedChunk> chunks = new ArrayList<>();
    List<BlockDescriptor> blocks = new ArrayList<>();
    int chunksPerBlock = BlockDescriptor.MAX_PLAIN / CHUNK_LENGTH;
    for (int i = 0; i < CHUNKS_PER_PACK; i++) {
      ChunkId id = id(random);
      if (i % 8 == 0) {
        sample.add(id);
      }
      int block = i / chunksPerBlock;
      int offset = i % chunksPerBlock * CHUNK_LENGTH;
      chunks.add(new PlacedChunk(id, ChunkKind.BYTES, block, offset, CHUNK_LENGTH));
      if (offset == 0) {
        blocks.add(new BlockDescriptor(0, 0, BlockDescriptor.MAX_PLAIN, BlockDescriptor.MAX_PLAIN));
      }
    }
    return new PackSummary(
        new PackName(bytes(random)),
        PackSummary.MAX_SIZE,
        PackKind.DATA,
        RandomId.next(random),
        RandomId.next(random),
        new PackDirectory(DomainId.DEFAULT, blocks, chunks));
  }

  private static ChunkId id(SplittableRandom random) {
    return ChunkId.wrap(bytes(random));
  }

  private static String name(SplittableRandom random) {
    return HexFormat.of().formatHex(bytes(random));
  }

  private static byte[] bytes(SplittableRandom random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }
}
