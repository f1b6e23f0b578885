package io.holdfast.repository;

import io.holdfast.benchmarks.Kind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Compressing blocks as they are stored; an operation is a mebibyte of plain bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CompressionBenchmark {
  @Param({"PROSE", "JSON", "PROGRAM", "PAGES", "RANDOM"})
  public Kind kind = Kind.PROSE;

  private byte[] plain = {};
  private Codec codec = Codec.NONE;
  private byte[] compressed = {};
  private int length;

  @Setup
  public void prepare() {
    plain = kind.sample(1 << 20, 1);
    Compression.Compressed block = Compression.DEFAULT.compress(plain, 0, plain.length);
    codec = block.codec();
    compressed = block.bytes();
    length = block.length();
  }

  @Benchmark
  public int compress() {
    return Compression.DEFAULT.compress(plain, 0, plain.length).length();
  }

  @Benchmark
  public byte[] decompress() {
    return Compression.decompress(codec, compressed, 0, length, plain.length, "block");
  }
}
