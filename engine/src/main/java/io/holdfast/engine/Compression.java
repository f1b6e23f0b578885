package io.holdfast.engine;

/** How new data is compressed; reading does not depend on it. */
public enum Compression {
  ZSTD,
  LZ4,
  GZIP,
  NONE
}
