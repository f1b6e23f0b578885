package io.holdfast.postgres.wal;

import io.holdfast.postgres.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The log of a server that runs, read out of its directory. */
final class ServerWal {
  private static final int SEGMENT = 16 << 20;

  private ServerWal() {}

  interface Reader {
    void accept(WalRecord record) throws MalformedRecordException;
  }

  /** Reads all records from one on, and returns why there are no more. */
  static EndOfWal read(TestCluster cluster, int major, Lsn from, Reader each)
      throws IOException, MalformedRecordException {
    SystemIdentifier system =
        SystemIdentifier.parse(cluster.query("SELECT system_identifier FROM pg_control_system()"));
    WalFormat format = new WalFormat(major, system, SEGMENT, 8192);
    Path directory = cluster.dataDirectory().resolve("pg_wal");
    WalSegments segments =
        number -> {
          Path file =
              directory.resolve(new WalSegmentName(new Timeline(1), number, SEGMENT).toString());
          return Files.exists(file)
              ? Optional.<InputStream>of(Files.newInputStream(file))
              : Optional.empty();
        };
    try (WalRecordReader reader = new WalRecordReader(format, segments, from)) {
      for (WalRecord record = reader.next(); record != null; record = reader.next()) {
        each.accept(record);
      }
      return reader.end().orElseThrow();
    }
  }

  static RelationId relation(TestCluster cluster, String table) {
    String database = "SELECT oid FROM pg_database WHERE datname = 'postgres'";
    String tablespace = "SELECT dattablespace FROM pg_database WHERE datname = 'postgres'";
    return new RelationId(
        Long.parseLong(cluster.query(tablespace)),
        Long.parseLong(cluster.query(database)),
        Long.parseLong(cluster.query("SELECT pg_relation_filenode('" + table + "')")));
  }
}
