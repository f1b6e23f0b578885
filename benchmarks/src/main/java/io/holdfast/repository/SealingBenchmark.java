package io.holdfast.repository;

import io.holdfast.benchmarks.Kind;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encrypting and decrypting blocks; an operation is a mebibyte. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class SealingBenchmark {
  private final Gcm gcm = new Gcm(new SecretKeySpec(new byte[32], "AES"));
  private final byte[] aad = new byte[ObjectHeader.LENGTH];
  private final byte[] plain = Kind.RANDOM.sample(1 << 20, 1);
  private final byte[] out = new byte[plain.length + Gcm.TAG];
  private final byte[] sealed =
      new Gcm(new SecretKeySpec(new byte[32], "AES")).seal(0, aad, plain, 0, plain.length);
  private long position;

  /** As the program does; without it the ciphers stay interpreted through the first gigabyte. */
  @Setup
  public void warmUp() {
    CipherWarmUp.run();
  }

  @Benchmark
  public int seal() {
    return gcm.seal(++position, aad, plain, 0, plain.length, out, 0);
  }

  @Benchmark
  public byte[] open() {
    return gcm.open(0, aad, sealed, 0, sealed.length, "block");
  }
}
