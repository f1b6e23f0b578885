package io.holdfast.repository;

import javax.crypto.SecretKey;

/**
 * What the chunks and logs of one domain are named and cut by; docs/repository-format.md section
 * 5.4.
 *
 * @param gearTable 256 numbers
 */
@SuppressWarnings("ArrayRecordComponent") // handed over when a repository is opened, not kept
record DomainSecrets(
    SecretKey chunkIdKey, SecretKey pageHashKey, SecretKey walNameKey, long[] gearTable) {
  /** Secrets are not for printing. */
  @Override
  public String toString() {
    return "DomainSecrets";
  }
}
