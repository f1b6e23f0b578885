package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.EntrySorter;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a running cluster over a replication connection: BASE_BACKUP for the files, and a second
 * connection whose temporary slot holds the write-ahead log. Needs no access to the server's disk.
 */
public final class StreamClusterReader implements ClusterReader {
  private static final Duration CHECKPOINT_LIMIT = Duration.ofHours(1);
  private static final Duration WAL_LIMIT = Duration.ofMinutes(10);

  private final ConnectionSettings server;
  private final ReadOptions options;

  public StreamClusterReader(ConnectionSettings server, ReadOptions options) {
    this.server = server;
    this.options = options;
  }

  /** What SQL says before and after. */
  private record Asked(ServerCatalog catalog, boolean mayReadFiles) {}

  /** What the server says at the end. */
  private record Ended(Instant time, List<Tablespace> tablespaces) {}

  @Override
  public ClusterBackup read(BackupSession session, @Nullable Manifest previous) {
    Asked asked = askBefore();
    try (EntrySorter entries = new EntrySorter(options.temporary());
        ReplicationSession replication = openFor(asked.catalog().tablespaces());
        RequiredWal wal =
            RequiredWal.reserve(server.openReplication(), "holdfast_" + session.run())) {
      return new Reading(session, previous, asked, entries, replication, wal).run();
    } catch (IOException e) {
      throw ClusterReadException.of(BytePath.of(server.describe()), e);
    }
  }

  /** The server tells the places of tablespaces first, and fails at one that is not UTF-8. */
  private ReplicationSession openFor(List<Tablespace> tablespaces) {
    boolean text =
        tablespaces.stream().allMatch(each -> ServerText.isUtf8(each.location().bytes()));
    return text ? server.openReplication() : server.openReplicationOfBytes();
  }

  private Asked askBefore() {
    try (Connection sql = server.openSql()) {
      ServerCatalog catalog = new ReadServerCatalog(sql, server::openSql).read();
      RequireTablespaces.streamable(catalog.tablespaces());
      return new Asked(catalog, ReadPageOverSql.isAllowed(sql));
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  private Ended askAfter() {
    try (Connection sql = server.openSql();
        Statement statement = sql.createStatement();
        ResultSet row = statement.executeQuery("SELECT clock_timestamp()")) {
      row.next();
      Instant now = row.getObject(1, OffsetDateTime.class).toInstant();
      return new Ended(now, new ReadServerCatalog(sql, server::openSql).tablespaces());
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  /** One pass over the stream. */
  private final class Reading {
    private final BackupSession session;
    private final @Nullable Manifest previous;
    private final Asked asked;
    private final EntrySorter entries;
    private final ReplicationSession replication;
    private final RequiredWal wal;
    private final DamageReport damage = new DamageReport();
    private final ReadWarnings warnings = new ReadWarnings();
    private @Nullable ControlFile control;

    Reading(
        BackupSession session,
        @Nullable Manifest previous,
        Asked asked,
        EntrySorter entries,
        ReplicationSession replication,
        RequiredWal wal) {
      this.session = session;
      this.previous = previous;
      this.asked = asked;
      this.entries = entries;
      this.replication = replication;
      this.wal = wal;
    }

    ClusterBackup run() throws IOException {
      int pageSize = (int) replication.showSize("block_size");
      long segmentPages = replication.showSize("segment_size") / pageSize;
      boolean checksums = replication.show("data_checksums").equals("on");
      boolean standby = replication.isStandby();
      BaseBackupStream stream =
          replication.baseBackup(
              new BaseBackupRequest(options.label(), true, true, 0, CHECKPOINT_LIMIT));
      BaseBackupStream.Start start = stream.start();
      options.progress().expected(start.estimatedBytes());
      StreamedEntries made = new StreamedEntries(entries, start.tablespaces());
      wal.start(
          start.position(),
          start.timeline(),
          (name, bytes) ->
              made.made(
                  ClusterFileRules.WAL_DIRECTORY.resolve(name.toString()),
                  session.write(bytes::read)));

      try (ReadPageOverSql again =
              asked.mayReadFiles() ? new ReadPageOverSql(server, pageSize, warnings::add) : null;
          StreamCopy copy =
              new StreamCopy(
                  stream,
                  session,
                  entries,
                  new StreamedPages(
                      segmentPages,
                      new PageVerifier(pageSize, checksums, start.position()),
                      damage,
                      again),
                  new PreviousContents(previous, pageSize, session::warn),
                  options.progress(),
                  "reading " + server.describe(),
                  options.readers())) {
        copyMembers(stream, copy, made);
        BaseBackupStream.End end = stream.end();
        Ended ended = askAfter();
        Set<Long> atStart =
            start.tablespaces().stream()
                .map(BaseBackupStream.StreamedTablespace::oid)
                .collect(Collectors.toSet());
        RequireTablespaces.found(atStart, ended.tablespaces(), made.tablespaces());
        copy.finish();
        wal.finish(end.position(), end.timeline(), WAL_LIMIT);
        BackupSpan span =
            new BackupSpan(
                start.position(),
                start.timeline(),
                end.position(),
                end.timeline(),
                ended.time(),
                standby);
        warnings.addNewTablespaces(atStart, ended.tablespaces());
        return finish(made, span, copy);
      }
    }

    private void copyMembers(BaseBackupStream stream, StreamCopy copy, StreamedEntries made)
        throws IOException {
      Optional<BaseBackupStream.Member> next = stream.next();
      while (next.isPresent()) {
        BaseBackupStream.Member member = next.get();
        if (Thread.currentThread().isInterrupted()) {
          throw new CancelledException("reading " + server.describe());
        }
        wal.check();
        made.note(member);
        copyMember(member, copy, made);
        next = stream.next();
      }
    }

    private void copyMember(BaseBackupStream.Member member, StreamCopy copy, StreamedEntries made)
        throws IOException {
      switch (member.type()) {
        case DIRECTORY -> made.directory(member);
        case SYMLINK -> made.link(member);
        default -> {
          if (StreamedEntries.isLabel(member.path())) {
            made.made(member.path(), write(copy.readWhole(member)));
          } else if (member.path().equals(ClusterFileRules.CONTROL_FILE)) {
            byte[] bytes = copy.readWhole(member);
            control = ControlFile.parse(bytes);
            entries.add(
                StreamCopy.metadata(member)
                    .entry(member.path(), NodeType.FILE)
                    .content(write(bytes))
                    .build());
          } else {
            copy.copy(member);
          }
        }
      }
    }

    private Content write(byte[] bytes) throws IOException {
      return session.write(new ByteArrayInputStream(bytes)::read);
    }

    private ClusterBackup finish(StreamedEntries made, BackupSpan span, StreamCopy copy) {
      ControlFile cluster =
          Objects.requireNonNullElseGet(
              control,
              () -> {
                throw new ServerProtocolException(
                    server.describe() + " sent a cluster without pg_control");
              });
      made.finish(damage.finish(span.stop()));
      ManifestWriter manifest = session.manifest();
      entries.drain(entry -> manifest.add(made.settle(entry)));
      warnings.addDamage(damage);
      return new ClusterBackup(
          manifest.finish(),
          new ClusterDetails(
              ReadMethod.STREAM, cluster, asked.catalog(), span, damage.pages(), damage.count()),
          warnings.kept(),
          warnings.count(),
          copy.pages(),
          copy.changedPages());
    }
  }
}
