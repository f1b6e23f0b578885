package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM with a counter for a nonce: every key seals one object, and every position in it
 * once. Heap arrays, on which the JDK is several times faster than on direct buffers. For one
 * thread.
 */
final class Gcm {
  /** Bytes that sealing adds. */
  static final int TAG = 16;

  private final SecretKey key;
  private final Cipher cipher;

  Gcm(SecretKey key) {
    this.key = key;
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no AES-GCM", e);
    }
  }

  private void start(int mode, long position, byte[] aad) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(12).putLong(4, position).array();
    cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
    cipher.updateAAD(aad);
  }

  /** Seals into {@code out}, which has room for {@code length + TAG} bytes. Returns that length. */
  int seal(long position, byte[] aad, byte[] in, int offset, int length, byte[] out, int at) {
    try {
      start(Cipher.ENCRYPT_MODE, position, aad);
      return cipher.doFinal(in, offset, length, out, at);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  byte[] seal(long position, byte[] aad, byte[] in, int offset, int length) {
    byte[] out = new byte[length + TAG];
    seal(position, aad, in, offset, length, out, 0);
    return out;
  }

  /**
   * @param what names the bytes in messages
   * @throws CorruptObjectException when they are not what was sealed here under this key
   */
  byte[] open(long position, byte[] aad, byte[] in, int offset, int length, String what) {
    byte[] out = new byte[Math.max(0, length - TAG)];
    open(position, aad, in, offset, length, out, what);
    return out;
  }

  /**
   * As above, into the first bytes of an array.
   *
   * @param out of no meaning after an exception
   * @return how many bytes these are
   */
  int open(long position, byte[] aad, byte[] in, int offset, int length, byte[] out, String what) {
    if (length < TAG) {
      throw new CorruptObjectException(what, "it is too short");
    }
    try {
      start(Cipher.DECRYPT_MODE, position, aad);
      return cipher.doFinal(in, offset, length, out, 0);
    } catch (AEADBadTagException e) {
      throw new CorruptObjectException(what, "it is not what was sealed there");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening failed", e);
    }
  }
}
