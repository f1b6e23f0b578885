package io.holdfast.repository;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/**
 * A codec with its level. Stateless and thread-safe.
 *
 * @param level 1 to 19 for zstd, 1 to 9 for gzip, 0 otherwise
 */
public record Compression(Codec codec, int level) {
  /** What a repository uses when nothing else is asked for. */
  public static final Compression DEFAULT = new Compression(Codec.ZSTD, 1);

  /** No compression. */
  public static final Compression NONE = new Compression(Codec.NONE, 0);

  /**
   * @throws IllegalArgumentException when the codec has no such level
   */
  public Compression {
    boolean known =
        switch (codec) {
          case ZSTD -> level >= 1 && level <= 19;
          case GZIP -> level >= 1 && level <= 9;
          case LZ4, NONE -> level == 0;
        };
    if (!known) {
      throw new IllegalArgumentException(codec + " has no level " + level);
    }
  }

  /**
   * Bytes and what made them: {@link Codec#NONE} where compressing did not help.
   *
   * @param filter code of the preparation before the codec, 0 for none
   * @param length how many of the bytes count
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not kept
  record Compressed(Codec codec, int filter, byte[] bytes, int length) {}

  /** Compresses one block, unless that saves less than one byte in 64; {@link Compressor}. */
  Compressed compress(byte[] plain, int offset, int length) {
    try (Compressor once = new Compressor(this)) {
      return once.compress(plain, offset, length, 0);
    }
  }

  /**
   * Brings back exactly {@code plainLength} bytes, whatever the compressed bytes say.
   *
   * @param plainLength known to be bounded
   * @param what names the bytes in messages
   * @throws CorruptObjectException when they are not the compressed form of that many bytes
   */
  public static byte[] decompress(
      Codec codec, byte[] in, int offset, int length, int plainLength, String what) {
    byte[] out = new byte[plainLength];
    decompress(codec, in, offset, length, out, plainLength, what);
    return out;
  }

  /**
   * As above, into the first bytes of an array.
   *
   * @param out means nothing after an exception
   */
  static void decompress(
      Codec codec, byte[] in, int offset, int length, byte[] out, int plainLength, String what) {
    try {
      int size =
          switch (codec) {
            case NONE -> plain(in, offset, length, out, plainLength);
            case ZSTD -> unzstd(in, offset, length, out, plainLength);
            case LZ4 ->
                LZ4Factory.fastestInstance()
                    .safeDecompressor()
                    .decompress(in, offset, length, out, 0, plainLength);
            case GZIP -> ungzip(in, offset, length, out, plainLength);
          };
      requireLength(size, plainLength, what);
    } catch (ZstdException | LZ4Exception | IOException e) {
      throw new CorruptObjectException(what, "it does not decompress: " + e.getMessage());
    }
  }

  private static int plain(byte[] in, int offset, int length, byte[] out, int plainLength) {
    if (length == plainLength) {
      System.arraycopy(in, offset, out, 0, length);
    }
    return length;
  }

  private static int unzstd(byte[] in, int offset, int length, byte[] out, int plainLength) {
    try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
      return context.decompressByteArray(out, 0, plainLength, in, offset, length);
    }
  }

  private static int ungzip(byte[] in, int offset, int length, byte[] out, int plainLength)
      throws IOException {
    try (GZIPInputStream gzip =
        new GZIPInputStream(new ByteArrayInputStream(in, offset, length), 1 << 16)) {
      int size = gzip.readNBytes(out, 0, plainLength);
      return gzip.read() < 0 ? size : plainLength + 1;
    }
  }

  private static void requireLength(int length, int expected, String what) {
    if (length != expected) {
      throw new CorruptObjectException(
          what, "it holds " + length + " bytes where " + expected + " are expected");
    }
  }

  @Override
  public String toString() {
    String name = codec.name().toLowerCase(java.util.Locale.ROOT);
    return level == 0 ? name : name + " " + level;
  }
}
