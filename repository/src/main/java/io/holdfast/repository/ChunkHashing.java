package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * The keyed hashes of one domain: ids of chunks, hashes of pages, checksums of contents;
 * docs/repository-format.md sections 9 and 10. Thread-safe.
 */
final class ChunkHashing {
  static final int PAGE_HASH = 16;

  /** Sizes that a page may have; the usual one first, since they are tried in turn. */
  private static final List<Integer> PAGE_SIZES =
      List.of(8192, 4096, 16_384, 32_768, 2048, 1024, 512);

  private static final int POOL = 64;
  private static final int BYTES_CHECKSUM = 16;
  private static final int PAGES_CHECKSUM = 17;

  private final SecretKey chunkIdKey;
  private final SecretKey pageHashKey;
  private final Mac fresh;
  private final BlockingQueue<Mac> chunkMacs = new ArrayBlockingQueue<>(POOL);
  private final BlockingQueue<Mac> pageMacs = new ArrayBlockingQueue<>(POOL);

  ChunkHashing(SecretKey chunkIdKey, SecretKey pageHashKey) {
    this.chunkIdKey = chunkIdKey;
    this.pageHashKey = pageHashKey;
    this.fresh = newMac(chunkIdKey);
  }

  /** The id of a chunk of any kind but pages and page hashes. */
  ChunkId chunkId(ChunkKind kind, byte[] bytes, int offset, int length) {
    return withChunkMac(
        mac -> {
          mac.update((byte) kind.code());
          mac.update(bytes, offset, length);
        });
  }

  /** The id of a chunk of pages. */
  ChunkId pagesId(int pageSize, byte[] hashes, int offset, int length) {
    return withChunkMac(
        mac -> {
          mac.update((byte) ChunkKind.PAGES.code());
          mac.update(ByteBuffer.allocate(4).putInt(0, pageSize));
          mac.update(hashes, offset, length);
        });
  }

  /** The id of the page hashes of a chunk of pages. */
  ChunkId pageHashesId(ChunkId pages) {
    return withChunkMac(
        mac -> {
          mac.update((byte) ChunkKind.PAGE_HASHES.code());
          mac.update(pages.rawBytes());
        });
  }

  /**
   * Whether these are the bytes of a chunk of this kind with this id.
   *
   * @param pageSize of a chunk of pages or page hashes; 0 tries all that there are
   */
  boolean hasId(ChunkKind kind, int pageSize, byte[] chunk, ChunkId id) {
    return switch (kind) {
      case BYTES, MANIFEST_NODE, CONTENT_NODE -> chunkId(kind, chunk, 0, chunk.length).equals(id);
      case PAGES, PAGE_HASHES ->
          pageSize == 0
              ? PAGE_SIZES.stream().anyMatch(size -> isPages(kind, size, chunk, id))
              : isPages(kind, pageSize, chunk, id);
    };
  }

  private boolean isPages(ChunkKind kind, int pageSize, byte[] chunk, ChunkId id) {
    int unit = kind == ChunkKind.PAGES ? pageSize : PAGE_HASH;
    int pages = chunk.length / unit;
    if (chunk.length % unit != 0 || pages < 1 || pages > PageWriter.PAGES_PER_CHUNK) {
      return false;
    }
    byte[] hashes = kind == ChunkKind.PAGES ? pageHashes(chunk, 0, chunk.length, pageSize) : chunk;
    ChunkId pagesId = pagesId(pageSize, hashes, 0, hashes.length);
    return kind == ChunkKind.PAGES ? pagesId.equals(id) : pageHashesId(pagesId).equals(id);
  }

  /** Hashes whole pages, {@value #PAGE_HASH} bytes each. */
  byte[] pageHashes(byte[] bytes, int offset, int length, int pageSize) {
    byte[] hashes = new byte[length / pageSize * PAGE_HASH];
    Mac mac = take(pageMacs, pageHashKey);
    for (int page = 0; page < length / pageSize; page++) {
      mac.update(bytes, offset + page * pageSize, pageSize);
      System.arraycopy(mac.doFinal(), 0, hashes, page * PAGE_HASH, PAGE_HASH);
    }
    pageMacs.offer(mac);
    return hashes;
  }

  /** Starts the checksum of a content of kind bytes. */
  Mac bytesChecksum() {
    return startChecksum(BYTES_CHECKSUM);
  }

  /** Starts the checksum of a content of kind pages. */
  Mac pagesChecksum() {
    return startChecksum(PAGES_CHECKSUM);
  }

  /** Starts another keyed hash under the key of the chunk ids, told apart by its first byte. */
  Mac startChecksum(int code) {
    Mac mac = copy(fresh);
    mac.update((byte) code);
    return mac;
  }

  /** Each file needs one: to look the algorithm up each time costs more than a small file does. */
  private static Mac copy(Mac mac) {
    try {
      return (Mac) mac.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's HMAC-SHA-256 cannot be copied", e);
    }
  }

  private interface Update {
    void of(Mac mac);
  }

  private ChunkId withChunkMac(Update update) {
    Mac mac = take(chunkMacs, chunkIdKey);
    update.of(mac);
    ChunkId id = ChunkId.wrap(mac.doFinal());
    chunkMacs.offer(mac);
    return id;
  }

  private static Mac take(BlockingQueue<Mac> pool, SecretKey key) {
    Mac mac = pool.poll();
    return mac == null ? newMac(key) : mac;
  }

  private static Mac newMac(SecretKey key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no HMAC-SHA-256", e);
    }
  }
}
