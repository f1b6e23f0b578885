package io.holdfast.repository;

import io.holdfast.benchmarks.Kind;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Naming chunks and pages; an operation is a mebibyte. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HashingBenchmark {
  private static final int PAGE = 8192;

  private final byte[] bytes = Kind.PAGES.sample(1 << 20, 1);
  private final ChunkHashing hashing = new ChunkHashing(key(), key());

  private static SecretKey key() {
    return new SecretKeySpec(new byte[32], "HmacSHA256");
  }

  @Benchmark
  public int chunkId() {
    return hashing.chunkId(ChunkKind.BYTES, bytes, 0, bytes.length).hashCode();
  }

  @Benchmark
  public byte[] pageHashes() {
    return hashing.pageHashes(bytes, 0, bytes.length, PAGE);
  }
}
