package io.holdfast.repository;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869), extract then expand, and HMAC-SHA-256 (RFC 2104). */
final class Hkdf {
  static final byte[] NO_SALT = {};
  static final int KEY = 32;

  private Hkdf() {}

  /** A key of 32 bytes; the caller wipes it. */
  static byte[] derive(byte[] input, byte[] salt, KeyLabel label) {
    return derive(input, salt, label.info(), KEY);
  }

  /** So many bytes; the caller wipes them. */
  static byte[] derive(byte[] input, byte[] salt, byte[] info, int length) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract().addIKM(input).addSalt(salt).thenExpand(info, length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no HKDF with SHA-256", e);
    }
  }

  /** A key of 32 bytes for the algorithm; nothing of it stays outside the key. */
  static SecretKeySpec key(String algorithm, byte[] input, byte[] salt, byte[] info) {
    byte[] bytes = derive(input, salt, info, KEY);
    try {
      return new SecretKeySpec(bytes, algorithm);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  static byte[] hmac(byte[] key, byte[] data, int offset, int length) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(data, offset, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no HMAC-SHA-256", e);
    }
  }
}
