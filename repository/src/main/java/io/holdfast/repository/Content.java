package io.holdfast.repository;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one file as the repository knows them: where they are, not the bytes themselves.
 * Opaque outside of this module: it is made by a {@link BackupSession}, kept in an {@link Entry}
 * and read by a {@link ContentReader}. Immutable. docs/repository-format.md section 10.
 */
public final class Content {
  static final int CHECKSUM_LENGTH = 32;

  private final ChunkKind kind;
  private final long length;
  private final byte[] checksum;
  private final int pageSize;
  private final ExtentList extents;

  Content(ChunkKind kind, long length, byte[] checksum, int pageSize, ExtentList extents) {
    this.kind = kind;
    this.length = length;
    this.checksum = checksum.clone();
    this.pageSize = pageSize;
    this.extents = extents;
  }

  /** Length in bytes. */
  public long length() {
    return length;
  }

  /** Whether it is made of database pages, which are compared one by one. */
  public boolean isPages() {
    return kind == ChunkKind.PAGES;
  }

  /** Size of its pages in bytes; 0 when it is not made of pages. */
  public int pageSize() {
    return pageSize;
  }

  /** A keyed hash of the bytes, such as {@code hmac-sha256:12ab...}; equal for equal pages. */
  public String checksum() {
    return "hmac-sha256:" + HexFormat.of().formatHex(checksum);
  }

  ExtentList extents() {
    return extents;
  }

  boolean hasChecksum(byte[] other) {
    return Arrays.equals(checksum, other);
  }

  void encode(Encoder out) {
    describe(out);
    out.u8(extents.depth());
    extents.encode(out);
  }

  /** What it is, without where it lies. */
  void describe(Encoder out) {
    out.u8(kind.code()).varint(length).bytes(checksum).varint(pageSize);
  }

  static Content decode(Decoder in) {
    ChunkKind kind = ChunkKind.read(in);
    long length = in.varint();
    byte[] checksum = in.bytes(CHECKSUM_LENGTH);
    int pageSize = in.size(PlacedChunk.MAX_LENGTH);
    if (kind.pack() != PackKind.DATA || (kind == ChunkKind.PAGES) != (pageSize > 0)) {
      throw in.damaged("content of an unknown kind");
    }
    ExtentList extents = ExtentList.decode(in, in.u8());
    if (extents.length() != length) {
      throw in.damaged("the extents of a file do not add up to its length");
    }
    return new Content(kind, length, checksum, pageSize, extents);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Content content
        && kind == content.kind
        && length == content.length
        && pageSize == content.pageSize
        && Arrays.equals(checksum, content.checksum)
        && extents.equals(content.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(checksum);
  }

  @Override
  public String toString() {
    return "Content[" + length + " bytes, " + checksum() + "]";
  }
}
