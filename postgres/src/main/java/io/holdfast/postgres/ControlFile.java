package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * What {@code global/pg_control} says of a cluster of PostgreSQL 15 to 18.
 *
 * <p>The layout is {@code ControlFileData} of src/include/catalog/pg_control.h as compilers for
 * 64-bit little-endian machines lay it out. Control version 1300 is that of 15 and 16, 1700 that of
 * 17, where padding became the WAL level, 1800 that of 18, which has one more flag before the
 * nonce. The CRC-32C of everything before it comes last.
 *
 * @param systemIdentifier the number initdb gave the cluster
 * @param controlVersion version of the layout
 * @param catalogVersion version of the system catalogs; part of the names in tablespaces
 * @param state what the server was doing when it wrote the file
 * @param written when it wrote the file
 * @param checkpoint where the record of the last checkpoint is
 * @param redo where recovery from that checkpoint starts
 * @param timeline the timeline of that checkpoint
 * @param minimumRecoveryPoint what recovery must reach before the cluster is consistent; NONE
 *     outside archive recovery
 * @param pageSize bytes of a page of a relation
 * @param segmentPages pages of a full segment file of a relation
 * @param walPageSize bytes of a page of the write-ahead log
 * @param walSegmentSize bytes of a segment of the write-ahead log
 * @param dataChecksumVersion 0 if pages have no checksums
 */
public record ControlFile(
    SystemIdentifier systemIdentifier,
    int controlVersion,
    int catalogVersion,
    ClusterState state,
    Instant written,
    Lsn checkpoint,
    Lsn redo,
    Timeline timeline,
    Lsn minimumRecoveryPoint,
    int pageSize,
    int segmentPages,
    int walPageSize,
    int walSegmentSize,
    int dataChecksumVersion) {

  /** Bytes of the whole file ({@code PG_CONTROL_FILE_SIZE}). */
  public static final int FILE_SIZE = 8192;

  private static final int VERSION_15_AND_16 = 1300;
  private static final int VERSION_17 = 1700;
  private static final int VERSION_18 = 1800;
  private static final double FLOAT_FORMAT = 1234567.0;

  /**
   * Reads the bytes of the file.
   *
   * @throws UnsupportedClusterException if the layout is not one of PostgreSQL 15 to 18 on a 64-bit
   *     little-endian machine
   * @throws DamagedControlFileException if the bytes are too few, the CRC is wrong or a value
   *     cannot be
   */
  public static ControlFile parse(byte[] bytes) {
    if (bytes.length < 16) {
      throw new DamagedControlFileException("it has only " + bytes.length + " bytes");
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = file.getInt(8);
    int crcAt =
        switch (version) {
          case VERSION_15_AND_16, VERSION_17 -> 288;
          case VERSION_18 -> 292;
          default -> throw unsupportedVersion(file);
        };
    if (bytes.length < crcAt + 4) {
      throw new DamagedControlFileException("it has only " + bytes.length + " bytes");
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, crcAt);
    if ((int) crc.getValue() != file.getInt(crcAt)) {
      throw new DamagedControlFileException("its checksum does not match");
    }
    if (file.getInt(204) != 8 || file.getDouble(208) != FLOAT_FORMAT) {
      throw new UnsupportedClusterException("the cluster is of another machine architecture");
    }
    return fields(file, version);
  }

  private static ControlFile fields(ByteBuffer file, int version) {
    int timeline = file.getInt(48);
    if (timeline < 1) {
      throw new DamagedControlFileException(
          "its timeline is " + Integer.toUnsignedString(timeline));
    }
    return new ControlFile(
        new SystemIdentifier(file.getLong(0)),
        version,
        file.getInt(12),
        state(file.getInt(16)),
        Instant.ofEpochSecond(within("time", file.getLong(24), 0, 1L << 40)),
        new Lsn(file.getLong(32)),
        new Lsn(file.getLong(40)),
        new Timeline(timeline),
        new Lsn(file.getLong(136)),
        powerOfTwo("page size", file.getInt(216), 1 << 10, 1 << 15),
        (int) within("segment size of relations", file.getInt(220), 1, Integer.MAX_VALUE),
        powerOfTwo("WAL page size", file.getInt(224), 1 << 10, 1 << 16),
        powerOfTwo("WAL segment size", file.getInt(228), 1 << 20, 1 << 30),
        (int) within("checksum version", file.getInt(252), 0, 1));
  }

  private static UnsupportedClusterException unsupportedVersion(ByteBuffer file) {
    int version = file.getInt(8);
    // A version of a machine of the other byte order has its two low bytes at the top.
    boolean otherOrder = version % 65536 == 0 && version != 0;
    return new UnsupportedClusterException(
        otherOrder
            ? "the cluster is of a machine of another byte order"
            : "pg_control has the unknown version " + Integer.toUnsignedString(version));
  }

  private static ClusterState state(int number) {
    ClusterState[] states = ClusterState.values();
    return states[(int) within("state", number, 0, states.length - 1)];
  }

  private static int powerOfTwo(String what, int value, int least, int most) {
    if (Integer.bitCount(value) != 1) {
      throw new DamagedControlFileException("its " + what + " is " + value);
    }
    return (int) within(what, value, least, most);
  }

  private static long within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new DamagedControlFileException("its " + what + " is " + value);
    }
    return value;
  }

  /** Whether pages carry checksums. */
  public boolean hasDataChecksums() {
    return dataChecksumVersion != 0;
  }

  /** Bytes of a full segment file of a relation; 1 GiB unless built otherwise. */
  public long segmentBytes() {
    return (long) segmentPages * pageSize;
  }
}
