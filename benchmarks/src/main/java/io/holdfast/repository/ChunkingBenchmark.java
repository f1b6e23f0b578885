package io.holdfast.repository;

import io.holdfast.benchmarks.Kind;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cutting bytes into chunks; an operation is a mebibyte. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ChunkingBenchmark {
  private static final int MEBIBYTES = 32;

  private final byte[] bytes = Kind.PROGRAM.sample(MEBIBYTES << 20, 1);
  private final FastCdc cdc = new FastCdc(new SplittableRandom(2).longs(256).toArray());

  @Benchmark
  @OperationsPerInvocation(MEBIBYTES)
  public int cut() {
    int chunks = 0;
    for (int at = 0; at < bytes.length; chunks++) {
      at += cdc.cut(bytes, at, bytes.length - at);
    }
    return chunks;
  }
}
