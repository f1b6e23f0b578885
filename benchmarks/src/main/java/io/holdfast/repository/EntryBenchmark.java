package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Writing and reading the entries of a manifest; an operation is the entry of one small file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class EntryBenchmark {
  private static final int LENGTH = 24_310;

  private final Entry entry = entry();
  private final byte[] encoded = EntryCodec.encode(entry);

  private static Entry entry() {
    ExtentList extents =
        new ExtentList.Leaf(List.of(new Extent(ChunkId.wrap(new byte[32]), 0, LENGTH)));
    FileTimestamp time = new FileTimestamp(1_764_000_000, 123_456_789);
    return Entry.builder(path("projects/holdfast/files/Main.java"), NodeType.FILE)
        .mode(0644)
        .owner(1000, 1000)
        .ownerNames(path("someone"), path("people"))
        .times(time, time)
        .identity(4_711_000, 64_768, 1)
        .content(new Content(ChunkKind.BYTES, LENGTH, new byte[32], 0, extents))
        .build();
  }

  private static BytePath path(String text) {
    return BytePath.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Benchmark
  public byte[] encode() {
    return EntryCodec.encode(entry);
  }

  @Benchmark
  public long decode() {
    return EntryCodec.decode(new Decoder(encoded, "entry")).size();
  }
}
