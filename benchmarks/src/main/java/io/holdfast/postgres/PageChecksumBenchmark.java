package io.holdfast.postgres;

import io.holdfast.benchmarks.Kind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Verifying database pages; an operation is a mebibyte. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class PageChecksumBenchmark {
  private static final int PAGE = 8192;

  private final byte[] pages = Kind.PAGES.sample(1 << 20, 1);

  @Benchmark
  public int checksums() {
    int all = 0;
    for (int at = 0; at < pages.length; at += PAGE) {
      all ^= PageChecksum.of(pages, at, PAGE, at / PAGE);
    }
    return all;
  }
}
