package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.ByteSource;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one relation file, whose pages are verified as they are read. For one thread.
 *
 * <p>A page with a wrong checksum is read again where that is possible: the server may have been
 * writing it. What is stored is what was read last.
 */
final class RelationPages implements ByteSource {
  /** Reads a page of the file again. */
  @FunctionalInterface
  interface Again {
    /** What came of it. */
    enum Outcome {
      READ,
      /** The file does not reach there any more. */
      CUT_OFF,
      /** Nothing can be said. */
      REFUSED
    }

    /**
     * Reads it.
     *
     * @param position of the page in the file, in bytes
     * @param to of no meaning then if the page was not read
     */
    Outcome read(long position, byte[] to, int offset) throws IOException;
  }

  private static final int ATTEMPTS = 5;

  private final BytePath path;
  private final RelationFile relation;
  private final long firstBlock;
  private final PageVerifier verifier;
  private final ByteSource file;
  private final DamageReport damage;
  private final @Nullable Again again;
  private long pages;
  private boolean ended;
  private boolean damaged;

  /**
   * @param firstBlock number in its fork of the first page of this file
   * @param again null where nothing can be read twice
   */
  RelationPages(
      BytePath path,
      RelationFile relation,
      long firstBlock,
      PageVerifier verifier,
      ByteSource file,
      DamageReport damage,
      @Nullable Again again) {
    this.path = path;
    this.relation = relation;
    this.firstBlock = firstBlock;
    this.verifier = verifier;
    this.file = file;
    this.damage = damage;
    this.again = again;
  }

  /** Reads as many bytes as asked for, which are whole pages; less only at the end. */
  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int count = 0;
    while (!ended && count < length) {
      int part = file.read(to, offset + count, length - count);
      ended = part < 0; // for good: a file that grows again is not read on amid a page
      count += Math.max(0, part);
    }
    int size = verifier.pageSize();
    for (int at = 0; at + size <= count; at += size) {
      verify(to, offset + at);
      pages++;
    }
    return count == 0 ? -1 : count;
  }

  private void verify(byte[] bytes, int offset) throws IOException {
    PageVerdict verdict = verifier.verify(bytes, offset, firstBlock + pages);
    if (verdict == PageVerdict.DAMAGED && again != null) {
      verdict = lookAgain(again, bytes, offset);
    }
    DamagedPage page = new DamagedPage(path, relation, firstBlock + pages);
    switch (verdict) {
      case SOUND, EMPTY -> {}
      case CHANGING -> damage.suspect(page, PageHeader.read(bytes, offset).lsn());
      case DAMAGED -> {
        damaged = true;
        damage.damaged(page);
      }
    }
  }

  /** A page that changes between two looks is being written: recovery knows of it. */
  private PageVerdict lookAgain(Again reader, byte[] bytes, int offset) throws IOException {
    int size = verifier.pageSize();
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      byte[] before = Arrays.copyOfRange(bytes, offset, offset + size);
      switch (reader.read(pages * size, bytes, offset)) {
        case READ -> {}
        case CUT_OFF -> {
          System.arraycopy(before, 0, bytes, offset, size);
          return PageVerdict.CHANGING;
        }
        case REFUSED -> {
          System.arraycopy(before, 0, bytes, offset, size);
          return PageVerdict.DAMAGED;
        }
      }
      PageVerdict verdict = verifier.verify(bytes, offset, firstBlock + pages);
      if (verdict != PageVerdict.DAMAGED
          || Arrays.equals(before, 0, size, bytes, offset, offset + size)) {
        return verdict;
      }
    }
    return PageVerdict.CHANGING;
  }

  /** Whole pages so far. */
  long pages() {
    return pages;
  }

  /** Whether one of them is damaged. */
  boolean isDamaged() {
    return damaged;
  }
}
