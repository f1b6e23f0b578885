package io.holdfast.postgres.wal;

/**
 * The files of a relation, as WAL names them (RelFileLocator in relfilelocator.h). Object ids are
 * unsigned 32-bit numbers.
 *
 * @param tablespace its object id
 * @param database its object id; 0 for what all databases share
 * @param fileNumber number of its files, which changes when the relation is rewritten
 */
public record RelationId(long tablespace, long database, long fileNumber) {
  static final int LENGTH = 12;

  static RelationId read(byte[] bytes, int at) {
    return new RelationId(
        Integer.toUnsignedLong(WalRecord.intOf(bytes, at)),
        Integer.toUnsignedLong(WalRecord.intOf(bytes, at + 4)),
        Integer.toUnsignedLong(WalRecord.intOf(bytes, at + 8)));
  }

  /** As the server's own tools print it. */
  @Override
  public String toString() {
    return tablespace + "/" + database + "/" + fileNumber;
  }
}
