package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.EntrySorter;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestRef;
import io.holdfast.repository.ManifestWriter;
import io.holdfast.storage.FailureCategory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data directory and the tablespaces of a running cluster on this machine, several files
 * at once, between {@code pg_backup_start} and {@code pg_backup_stop}.
 */
public final class DirectClusterReader implements ClusterReader {
  private static final int QUEUED_FILES = 256;
  private static final Duration WAL_LIMIT = Duration.ofMinutes(10);

  private final ConnectionSettings server;
  private final BytePath dataDirectory;
  private final ReadOptions options;

  /**
   * @param dataDirectory of the server that {@code server} leads to; readable
   */
  public DirectClusterReader(
      ConnectionSettings server, BytePath dataDirectory, ReadOptions options) {
    this.server = server;
    this.dataDirectory = dataDirectory;
    this.options = options;
  }

  @Override
  public ClusterBackup read(BackupSession session, @Nullable Manifest previous) {
    try (Connection sql = server.openSql();
        DirectoryHandle root = DirectoryHandle.open(dataDirectory);
        EntrySorter entries = new EntrySorter(options.temporary())) {
      ControlFile cluster = ControlFile.parse(ReadControlFile.from(root));
      requireSameCluster(sql, server, dataDirectory, cluster);
      requireFunctions(sql);
      try (RequiredWal wal =
          RequiredWal.reserve(server.openReplication(), "holdfast_" + session.run())) {
        return read(session, previous, sql, root, entries, cluster, wal);
      }
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    } catch (IOException e) {
      throw ClusterReadException.of(dataDirectory, e);
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      throw ClusterReadException.of(dataDirectory, cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("reading " + dataDirectory);
    }
  }

  /** Fails if a directory is not that of a server. */
  static void requireSameCluster(
      Connection sql, ConnectionSettings server, BytePath dataDirectory, ControlFile cluster)
      throws SQLException {
    String identifier;
    try (var statement = sql.createStatement();
        var row = statement.executeQuery("SELECT system_identifier FROM pg_control_system()")) {
      row.next();
      identifier = row.getString(1);
    }
    // The function gives a signed number.
    if (Long.parseLong(identifier) != cluster.systemIdentifier().value()) {
      throw new ClusterReadException(
          FailureCategory.CONFIGURATION,
          dataDirectory + " is not the data directory of " + server.describe(),
          "Check the host and the data directory in the configuration.",
          null);
    }
  }

  /** The last of them is called when everything has been read: too late to be refused. */
  private void requireFunctions(Connection sql) throws SQLException {
    for (FunctionGrant grant : FunctionGrant.OF_DIRECT_READING) {
      if (!grant.isGiven(sql)) {
        throw new ClusterReadException(
            FailureCategory.ACCESS,
            server.describe() + " may not execute " + grant.signature(),
            grant.statement(sql),
            null);
      }
    }
  }

  private ClusterBackup read(
      BackupSession session,
      @Nullable Manifest previous,
      Connection sql,
      DirectoryHandle root,
      EntrySorter entries,
      ControlFile cluster,
      RequiredWal wal)
      throws SQLException, IOException, InterruptedException {
    ReadWarnings warnings = new ReadWarnings();
    DamageReport damage = new DamageReport();
    EntryMetadata ordinary = EntryMetadata.of(root.status(BytePath.of("PG_VERSION")));
    MadeFiles made = new MadeFiles(session, entries, ordinary);

    OnlineBackup backup = OnlineBackup.start(server.describe(), sql, options.label());
    wal.start(backup.start(), backup.timeline(), made::walSegment);
    ReadServerCatalog catalogReader = new ReadServerCatalog(sql, server::openSql);
    ServerCatalog catalog = catalogReader.read();

    PageVerifier verifier =
        new PageVerifier(cluster.pageSize(), cluster.hasDataChecksums(), backup.start());
    DirectCopy copy =
        new DirectCopy(session, entries, cluster, verifier, damage, options.progress());
    PreviousContents contents = new PreviousContents(previous, cluster.pageSize(), session::warn);
    Set<Long> tablespaces = oids(catalog.tablespaces());
    DirectWalk before = announceSize(catalog.major(), cluster);
    RequireTablespaces.found(tablespaces, catalogReader.tablespaces(), before.tablespaces());
    DirectWalk walk = copyFiles(entries, cluster, catalog.major(), warnings, copy, contents, wal);
    ControlFile control = copyControlFile(session, root, entries);

    OnlineBackup.Stopped stopped = backup.stop();
    BackupSpan span = stopped.span();
    wal.finish(span.stop(), span.stopTimeline(), WAL_LIMIT);
    made.labels(stopped.label(), stopped.tablespaceMap());
    List<DamagedPage> late = damage.finish(span.stop());
    SettleEntries settle = new SettleEntries(root, walk.inPlaceTablespaces(), stopped, late);
    List<Tablespace> now = catalogReader.tablespaces();
    RequireTablespaces.found(tablespaces, now, walk.tablespaces());
    warnings.addNewTablespaces(oids(TablespaceMap.parse(stopped.tablespaceMap())), now);
    warnings.addDamage(damage);
    return new ClusterBackup(
        writeManifest(session, entries, settle),
        new ClusterDetails(
            ReadMethod.DIRECT, control, catalog, span, damage.pages(), damage.count()),
        warnings.kept(),
        warnings.count(),
        copy.pages(),
        copy.changedPages());
  }

  private DirectWalk copyFiles(
      EntrySorter entries,
      ControlFile cluster,
      int major,
      ReadWarnings warnings,
      DirectCopy copy,
      PreviousContents previous,
      RequiredWal wal)
      throws IOException {
    String what = "reading " + dataDirectory;
    try (ParallelWork work = new ParallelWork(what, options.readers(), QUEUED_FILES)) {
      DirectWalk walk =
          new DirectWalk(
              dataDirectory,
              major,
              cluster,
              entries::add,
              warnings,
              (directory, path, relation, size) -> {
                wal.check();
                Content before = relation.isPresent() ? previous.of(path) : null;
                work.submit(
                    new CopyJob(copy, directory.share(), path, relation.orElse(null), before));
              });
      walk.run();
      work.finish();
      return walk;
    }
  }

  private record CopyJob(
      DirectCopy copy,
      OpenDirectory directory,
      BytePath path,
      @Nullable RelationFile relation,
      @Nullable Content previous)
      implements ParallelWork.Job {
    @Override
    public void run() throws IOException {
      copy.copy(directory.handle(), path, relation, previous);
    }

    @Override
    public void close() throws IOException {
      directory.close();
    }
  }

  private DirectWalk announceSize(int major, ControlFile cluster) throws IOException {
    long[] sum = new long[1];
    DirectWalk walk =
        new DirectWalk(
            dataDirectory,
            major,
            cluster,
            entry -> {},
            new ReadWarnings(),
            (directory, path, relation, size) -> sum[0] += size);
    walk.run();
    options.progress().expected(sum[0]);
    return walk;
  }

  private static Set<Long> oids(List<Tablespace> tablespaces) {
    return tablespaces.stream().map(Tablespace::oid).collect(Collectors.toSet());
  }

  private ControlFile copyControlFile(
      BackupSession session, DirectoryHandle root, EntrySorter entries)
      throws IOException, InterruptedException {
    try (DirectoryHandle global = root.openDirectory(BytePath.of("global"))) {
      EntryMetadata metadata = EntryMetadata.of(global.status(BytePath.of("pg_control")));
      byte[] bytes = ReadControlFile.from(root);
      Content content = session.write(new ByteArrayInputStream(bytes)::read);
      entries.add(
          metadata.entry(ClusterFileRules.CONTROL_FILE, NodeType.FILE).content(content).build());
      return ControlFile.parse(bytes);
    }
  }

  private ManifestRef writeManifest(
      BackupSession session, EntrySorter entries, SettleEntries settle) throws PosixException {
    ManifestWriter manifest = session.manifest();
    try (settle) {
      entries.drain(
          entry -> {
            Entry settled = settle.settle(entry);
            if (settled != null) {
              manifest.add(settled);
            }
          });
    }
    return manifest.finish();
  }
}
