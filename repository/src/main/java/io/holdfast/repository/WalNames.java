package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * The keyed hashes by which logs, their pieces and their histories are named;
 * docs/repository-format.md section 12.5. Thread-safe.
 */
final class WalNames {
  /** Bytes of a hash that stand in a name. */
  private static final int LENGTH = 16;

  private static final int LOG = 1;
  private static final int PIECE = 2;
  private static final int HISTORY = 3;

  private final SecretKey key;

  WalNames(SecretKey key) {
    this.key = key;
  }

  String ofLog(WalLog log) {
    byte[] identity = log.identity();
    return hash(LOG, identity, 0, identity.length);
  }

  String ofPiece(byte[] bytes, int offset, int length) {
    return hash(PIECE, bytes, offset, length);
  }

  String ofHistory(int timeline, byte[] content) {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES + content.length).putInt(timeline).put(content).array();
    return hash(HISTORY, bytes, 0, bytes.length);
  }

  private String hash(int of, byte[] bytes, int offset, int length) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update((byte) of);
      mac.update(bytes, offset, length);
      return HexFormat.of().formatHex(mac.doFinal(), 0, LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no HMAC-SHA-256", e);
    }
  }
}
