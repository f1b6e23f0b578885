package io.holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import org.jspecify.annotations.Nullable;

/**
 * Compresses blocks with one codec and level. Keeps contexts and buffers between calls: making them
 * anew costs as much as a small block does. Thread-safe.
 */
final class Compressor implements AutoCloseable {
  /** More threads than that at once make their own, and drop them. */
  private static final int MAX_IDLE = 64;

  private final Compression compression;
  private final BlockingQueue<Workspace> idle = new ArrayBlockingQueue<>(MAX_IDLE);

  Compressor(Compression compression) {
    this.compression = compression;
  }

  /**
   * Compresses, unless that saves less than one byte in 64. The array has room for a tag behind the
   * bytes, so that they can be sealed in place.
   *
   * @param pageSize of whole PostgreSQL pages, which are prepared for it; 0 for other bytes
   */
  Compression.Compressed compress(byte[] plain, int offset, int length, int pageSize) {
    if (compression.codec() == Codec.NONE) {
      return asItIs(plain, offset, length);
    }
    Workspace taken = idle.poll();
    Workspace workspace = taken == null ? new Workspace(compression) : taken;
    boolean kept = false;
    try {
      Compression.Compressed result = workspace.compress(plain, offset, length, pageSize);
      if (result.length() > length - length / 64) {
        result = asItIs(plain, offset, length);
      }
      kept = idle.offer(workspace);
      return result;
    } finally {
      if (!kept) {
        workspace.close();
      }
    }
  }

  private static Compression.Compressed asItIs(byte[] plain, int offset, int length) {
    byte[] bytes = new byte[length + Gcm.TAG];
    System.arraycopy(plain, offset, bytes, 0, length);
    return new Compression.Compressed(Codec.NONE, 0, bytes, length);
  }

  @Override
  public void close() {
    for (Workspace workspace = idle.poll(); workspace != null; workspace = idle.poll()) {
      workspace.close();
    }
  }

  /** What one thread compresses with. */
  private static final class Workspace implements AutoCloseable {
    private static final int NOT_PREPARED = -1;

    private final Compression compression;
    private final @Nullable ZstdCompressCtx zstd;
    private byte[] out = new byte[0];
    private byte[] prepared = new byte[0];
    private byte[] restored = new byte[0];
    private final PageUnfilter unfilter = new PageUnfilter();
    private @Nullable PageFilter filter;

    Workspace(Compression compression) {
      this.compression = compression;
      zstd = compression.codec() == Codec.ZSTD ? new ZstdCompressCtx() : null;
      if (zstd != null) {
        zstd.setLevel(compression.level());
        zstd.setChecksum(false);
      }
    }

    Compression.Compressed compress(byte[] plain, int offset, int length, int pageSize) {
      int pages = pageSize == 0 ? NOT_PREPARED : prepare(plain, offset, length, pageSize);
      if (pages == NOT_PREPARED) {
        int size = compress(plain, offset, length);
        byte[] bytes = Arrays.copyOf(out, size + Gcm.TAG);
        return new Compression.Compressed(compression.codec(), 0, bytes, size);
      }
      int size = compress(prepared, 0, pages);
      byte[] bytes = new byte[Integer.BYTES + size + Gcm.TAG];
      ByteBuffer.wrap(bytes).putInt(pages).put(out, 0, size);
      return new Compression.Compressed(
          compression.codec(), PageFilter.CODE, bytes, Integer.BYTES + size);
    }

    /**
     * Fills {@link #prepared}, and returns how much of it counts. That it can be undone is tried
     * each time: a page may look as no test has seen one.
     */
    private int prepare(byte[] plain, int offset, int length, int pageSize) {
      PageFilter known = filter;
      if (known == null || known.pageSize() != pageSize) {
        known = new PageFilter(pageSize);
        filter = known;
      }
      if (prepared.length < PageFilter.bound(length)) {
        prepared = new byte[PageFilter.bound(length)];
      }
      int size = known.prepare(plain, offset, length, prepared);
      if (size < 0) {
        return NOT_PREPARED;
      }
      return comesBack(size, plain, offset, length) ? size : NOT_PREPARED;
    }

    private boolean comesBack(int size, byte[] plain, int offset, int length) {
      if (restored.length < length) {
        restored = new byte[length];
      }
      try {
        unfilter.restore(prepared, size, restored, length, "prepared pages");
        return Arrays.equals(restored, 0, length, plain, offset, offset + length);
      } catch (CorruptObjectException e) {
        return false;
      }
    }

    private int compress(byte[] plain, int offset, int length) {
      return switch (compression.codec()) {
        case NONE -> throw new IllegalStateException("nothing to compress with");
        case ZSTD -> zstd(java.util.Objects.requireNonNull(zstd), plain, offset, length);
        case LZ4 -> lz4(plain, offset, length);
        case GZIP -> gzip(plain, offset, length);
      };
    }

    private int zstd(ZstdCompressCtx context, byte[] plain, int offset, int length) {
      reserve(Zstd.compressBound(length));
      return context.compressByteArray(out, 0, out.length, plain, offset, length);
    }

    private int lz4(byte[] plain, int offset, int length) {
      var compressor = LZ4Factory.fastestInstance().fastCompressor();
      reserve(compressor.maxCompressedLength(length));
      return compressor.compress(plain, offset, length, out, 0);
    }

    private int gzip(byte[] plain, int offset, int length) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(length / 2 + 64);
      try (LevelledGzip gzip = new LevelledGzip(bytes, compression.level())) {
        gzip.write(plain, offset, length);
      } catch (IOException e) {
        throw new UncheckedIOException("writing to memory failed", e);
      }
      out = bytes.toByteArray();
      return out.length;
    }

    private void reserve(long size) {
      if (out.length < size) {
        out = new byte[Math.toIntExact(size)];
      }
    }

    @Override
    public void close() {
      if (zstd != null) {
        zstd.close();
      }
    }
  }

  private static final class LevelledGzip extends GZIPOutputStream {
    LevelledGzip(ByteArrayOutputStream out, int level) throws IOException {
      super(out, 1 << 16);
      def.setLevel(level);
    }
  }
}
