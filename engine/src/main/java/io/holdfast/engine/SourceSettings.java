package io.holdfast.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Something to back up, as the configuration names it. */
public sealed interface SourceSettings {
  /** The name in the configuration. */
  String name();

  /**
   * A PostgreSQL cluster.
   *
   * @param host a name or address, several with commas, or the directory of a Unix-domain socket
   * @param dataDirectory where the data directory is seen from here, for {@link ReadMode#DIRECT};
   *     empty: where the server says it is
   * @param wal how its write-ahead log is received
   */
  record Postgresql(
      String name,
      String host,
      int port,
      String user,
      String database,
      Optional<SecretReference> password,
      Tls tls,
      Optional<Path> rootCertificate,
      ReadMode mode,
      Optional<Path> dataDirectory,
      Wal wal)
      implements SourceSettings {}

  /**
   * How a write-ahead log is received.
   *
   * @param slot of the server, which keeps what was not received yet
   * @param spool a directory for what is not stored yet; empty: the usual place
   * @param spoolBytes that may wait there
   * @param serverBytes that the server may keep while the spool is full
   * @param sealInterval after which what is new is stored, at most
   * @param recordInterval after which that is recorded as a transaction backup
   * @param synchronous whether commits wait until the receiver has them
   * @param stallLimit how long they may wait for one that does not keep up
   */
  record Wal(
      String slot,
      Optional<Path> spool,
      long spoolBytes,
      long serverBytes,
      Duration sealInterval,
      Duration recordInterval,
      boolean synchronous,
      Duration stallLimit) {
    /** Where nothing is said. */
    public static final Wal DEFAULT =
        new Wal(
            "holdfast",
            Optional.empty(),
            10L << 30,
            10L << 30,
            Duration.ofMinutes(1),
            Duration.ofMinutes(15),
            false,
            Duration.ofSeconds(10));
  }

  /**
   * A tree of files.
   *
   * @param path the tree's root, absolute
   * @param configuration whether its files are configuration
   * @param include patterns of what is backed up; empty: everything
   * @param exclude patterns of what is left out even if included
   */
  record Tree(
      String name,
      Path path,
      boolean configuration,
      List<String> include,
      List<String> exclude,
      boolean oneFileSystem)
      implements SourceSettings {
    public Tree {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
    }
  }

  /** How a cluster is read. */
  enum ReadMode {
    STREAM,
    DIRECT
  }

  /** Whether a connection is encrypted, and what is checked; as libpq's {@code sslmode}. */
  enum Tls {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
  }
}
