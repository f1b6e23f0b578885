package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import java.util.Arrays;

/**
 * Tells damaged pages from pages that were just being written.
 *
 * <p>A backup reads pages while the server writes them. A page whose LSN is at or after the start
 * of the backup was changed since the checkpoint at the start, so its first change put a full image
 * into the WAL that recovery replays: however torn it is, it will be replaced. That does not hold
 * for older pages; those with a wrong checksum are damaged, or were read while they were being
 * written and look different when they are read again.
 *
 * <p>Immutable; any number of threads may use it.
 */
final class PageVerifier {
  private final int pageSize;
  private final boolean checksums;
  private final Lsn start;
  private final byte[] zeros;

  /**
   * @param checksums whether the cluster keeps checksums; without them every page is sound
   * @param start where recovery of this backup begins
   */
  PageVerifier(int pageSize, boolean checksums, Lsn start) {
    this.pageSize = pageSize;
    this.checksums = checksums;
    this.start = start;
    this.zeros = new byte[pageSize];
  }

  int pageSize() {
    return pageSize;
  }

  /**
   * Judges one page.
   *
   * @param block number of the page in its relation fork, counted over all segment files
   */
  PageVerdict verify(byte[] page, int offset, long block) {
    if (!checksums) {
      return PageVerdict.SOUND;
    }
    PageHeader header = PageHeader.read(page, offset);
    if (header.isNew()) {
      if (Arrays.equals(page, offset, offset + pageSize, zeros, 0, pageSize)) {
        return PageVerdict.EMPTY;
      }
    } else if (PageChecksum.of(page, offset, pageSize, block) == header.checksum()) {
      return PageVerdict.SOUND;
    }
    return header.lsn().isBefore(start) ? PageVerdict.DAMAGED : PageVerdict.CHANGING;
  }
}
