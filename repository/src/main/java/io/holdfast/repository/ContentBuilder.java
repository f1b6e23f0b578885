package io.holdfast.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import javax.crypto.Mac;

/**
 * Makes the content of one file out of stretches of data and holes, cutting the data into chunks
 * where its content says so. A file of several chunks is hashed, compressed and stored on all
 * cores. For one thread; several builders work side by side.
 */
public final class ContentBuilder implements AutoCloseable {
  private static final byte[] NONE = new byte[0];

  private final ChunkSink sink;
  private final FastCdc chunker;
  private final ExtentWriter extents;
  private final Mac checksum;
  private final InOrder<Extent> chunks;
  private final ContentBuffers buffers;
  private byte[] buffer;
  private long length;
  private long hole;

  ContentBuilder(
      ChunkSink sink,
      FastCdc chunker,
      ChunkHashing hashing,
      ContentBuffers buffers,
      ExecutorService cpu,
      int window) {
    this.sink = sink;
    this.chunker = chunker;
    this.extents = new ExtentWriter(sink, 0);
    this.checksum = hashing.bytesChecksum();
    this.chunks = new InOrder<>("writing to the repository", cpu, window, this::add);
    this.buffers = buffers;
    this.buffer = buffers.small();
  }

  /**
   * Adds the bytes of a source up to its end or to {@code maximum} of them.
   *
   * @return how many there were
   */
  public long data(ByteSource source, long maximum) throws IOException {
    endHole();
    long total = 0;
    int start = 0;
    int filled = 0;
    boolean more = true;
    while (more || filled > start) {
      if (more && filled - start < Math.min(FastCdc.MAXIMUM, buffer.length)) {
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        filled -= start;
        start = 0;
        int read = fill(source, filled, maximum - total);
        total += read;
        filled += read;
        more = filled == buffer.length && total < maximum;
        if (more && buffer.length == ContentBuffers.SMALL) {
          grow(filled);
          continue;
        }
      }
      if (filled > start) {
        int cut = chunker.cut(buffer, start, filled - start);
        store(start, cut, total == cut && !more);
        start += cut;
      }
    }
    length += total;
    return total;
  }

  private void grow(int filled) {
    byte[] grown = buffers.large();
    System.arraycopy(buffer, 0, grown, 0, filled);
    buffers.giveBack(buffer);
    buffer = grown;
  }

  /** Fills the buffer from {@code at}; less only at the end or at the maximum. */
  private int fill(ByteSource source, int at, long maximum) throws IOException {
    int wanted = (int) Math.min(buffer.length - at, maximum);
    int read = 0;
    while (read < wanted) {
      int count = source.read(buffer, at + read, wanted - read);
      if (count < 0) {
        break;
      }
      read += count;
    }
    return read;
  }

  private void store(int offset, int cut, boolean only) {
    if (only) {
      // Small files are many: their own threads do all the work.
      chunks.finish();
      add(new Extent(sink.put(ChunkKind.BYTES, buffer, offset, cut), 0, cut));
      return;
    }
    byte[] chunk = Arrays.copyOfRange(buffer, offset, offset + cut);
    chunks.submit(() -> new Extent(sink.put(ChunkKind.BYTES, chunk, 0, cut), 0, cut));
  }

  /** Adds a hole, which reads as zero bytes and takes no space. */
  public void hole(long size) {
    hole += size;
    length += size;
  }

  private void endHole() {
    if (hole > 0) {
      chunks.finish();
      add(Extent.hole(hole));
      hole = 0;
    }
  }

  private void add(Extent extent) {
    ChunkId chunk = extent.chunk();
    checksum.update(chunk == null ? new byte[ChunkId.LENGTH] : chunk.rawBytes());
    checksum.update(ByteBuffer.allocate(8).putLong(0, extent.length()));
    extents.add(extent);
  }

  /** The content; nothing may be added afterwards. */
  public Content finish() {
    chunks.finish();
    endHole();
    return new Content(ChunkKind.BYTES, length, checksum.doFinal(), 0, extents.finish());
  }

  @Override
  public void close() {
    chunks.close();
    if (buffer.length > 0) {
      buffers.giveBack(buffer);
      buffer = NONE;
    }
  }
}
