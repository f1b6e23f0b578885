package io.holdfast.repository;

import javax.crypto.spec.SecretKeySpec;

/**
 * Makes a fresh JVM encrypt at full speed. A call with a megabyte is one invocation, so its caller
 * stays interpreted, and slow, for the first gigabyte; many small calls get it compiled at once.
 */
public final class CipherWarmUp {
  private static final int CALLS = 20_000;
  private static final int SIZE = 512;

  private CipherWarmUp() {}

  /** Starts it on a daemon thread that ends by itself after a second or so; interrupt to end it. */
  public static Thread start() {
    return Thread.ofPlatform().daemon().name("cipher-warm-up").start(CipherWarmUp::run);
  }

  /** Seals and opens small things until the ciphers are compiled, or the thread is interrupted. */
  static void run() {
    Gcm gcm = new Gcm(new SecretKeySpec(new byte[Hkdf.KEY], "AES"));
    byte[] plain = new byte[SIZE];
    byte[] aad = new byte[ObjectHeader.LENGTH];
    byte[] sealed = new byte[SIZE + Gcm.TAG];
    for (int i = 0; i < CALLS && !Thread.currentThread().isInterrupted(); i++) {
      gcm.seal(i, aad, plain, 0, SIZE, sealed, 0);
      if (i % 2 == 0) {
        gcm.open(i, aad, sealed, 0, sealed.length, "warm-up");
      }
    }
  }
}
