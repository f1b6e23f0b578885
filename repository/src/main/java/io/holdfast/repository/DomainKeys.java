package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives what a domain's chunks and logs are named and cut by; docs/repository-format.md section
 * 5.4.
 */
final class DomainKeys {
  private static final int GEAR = 256;

  private DomainKeys() {}

  /** The domain key of the default domain. */
  static Secret defaultDomain(Secret family) {
    return family.derive(DomainId.DEFAULT.rawBytes(), KeyLabel.DOMAIN);
  }

  /** Everything that is needed to write and check chunks and logs of the domain. */
  static DomainSecrets secrets(Secret domain) {
    return new DomainSecrets(
        hashKey(domain, KeyLabel.CHUNK_ID),
        hashKey(domain, KeyLabel.PAGE_HASH),
        hashKey(domain, KeyLabel.WAL_NAME),
        gearTable(domain));
  }

  /** The key for a keyed hash with that label. */
  static SecretKeySpec hashKey(Secret domain, KeyLabel label) {
    return domain.with(bytes -> Hkdf.key("HmacSHA256", bytes, Hkdf.NO_SALT, label.info()));
  }

  static long[] gearTable(Secret domain) {
    byte[] bytes =
        domain.with(
            key -> Hkdf.derive(key, Hkdf.NO_SALT, KeyLabel.CHUNK_TABLE.info(), GEAR * Long.BYTES));
    long[] table = new long[GEAR];
    ByteBuffer.wrap(bytes).asLongBuffer().get(table);
    Arrays.fill(bytes, (byte) 0);
    return table;
  }
}
