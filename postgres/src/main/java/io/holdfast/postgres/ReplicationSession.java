package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session in which a server takes replication commands (PostgreSQL documentation, "Streaming
 * Replication Protocol"). For one thread at a time, but {@link #abort} may be called from any.
 * Every wait is limited by the settings it was opened with.
 *
 * <p>After BASE_BACKUP or START_REPLICATION has begun, the session is good for nothing else until
 * that has ended.
 */
public final class ReplicationSession implements AutoCloseable {
  private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");
  private static final Pattern PARAMETER_NAME = Pattern.compile("[a-z_]{1,63}");

  /** What IDENTIFY_SYSTEM says. */
  public record Identity(SystemIdentifier system, Timeline timeline, Lsn flushed) {}

  private final ReplicationWire wire;

  ReplicationSession(ReplicationWire wire) {
    this.wire = wire;
  }

  /** The server's major version. */
  public int serverMajor() {
    return wire.serverMajor();
  }

  /** Whether the server was a standby when the session began. */
  public boolean isStandby() {
    return wire.serverInRecovery();
  }

  /** Where this session leads and as whom, for messages. */
  public String describe() {
    return wire.server();
  }

  /** Lets the server send text as it is; only in a session that belongs to a database. */
  void receiveBytes() {
    wire.query("setting the encoding", "SET client_encoding = 'SQL_ASCII'");
  }

  /** The cluster's identifier, its present timeline and how far its WAL is flushed. */
  public Identity identify() {
    ResultRow row = one(wire.query("IDENTIFY_SYSTEM", "IDENTIFY_SYSTEM"));
    return new Identity(
        SystemIdentifier.parse(row.text(0)), Timeline.parse(row.text(1)), Lsn.parse(row.text(2)));
  }

  /**
   * What the WAL of this server has in common.
   *
   * @throws UnsupportedClusterException if Holdfast does not know such WAL
   */
  public WalFormat walFormat() {
    SystemIdentifier system = identify().system();
    int segmentSize = (int) showSize("wal_segment_size");
    int pageSize = (int) showSize("wal_block_size");
    try {
      return new WalFormat(serverMajor(), system, segmentSize, pageSize);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedClusterException(describe() + ": " + e.getMessage());
    }
  }

  /** The value of a server setting, as text with its unit. */
  public String show(String parameter) {
    if (!PARAMETER_NAME.matcher(parameter).matches()) {
      throw new IllegalArgumentException("not the name of a setting: " + parameter);
    }
    return one(wire.query("SHOW " + parameter, "SHOW " + parameter)).text(0);
  }

  /** The value in bytes of a server setting that is a size. */
  public long showSize(String parameter) {
    return ServerSize.parse(show(parameter));
  }

  /**
   * Makes a physical slot that keeps all WAL from the last checkpoint on, and that vanishes with
   * this session.
   *
   * @param name lower-case letters, digits, underscores
   * @return from where on the WAL is kept
   */
  public Lsn createTemporarySlot(String name) {
    requireSlotName(name);
    wire.query(
        "creating a replication slot",
        "CREATE_REPLICATION_SLOT \"" + name + "\" TEMPORARY PHYSICAL (RESERVE_WAL)");
    ResultRow row =
        one(wire.query("reading a replication slot", "READ_REPLICATION_SLOT \"" + name + "\""));
    if (row.isNull(1)) {
      throw new ServerProtocolException(
          wire.server() + " made the replication slot " + name + " without keeping WAL for it");
    }
    return Lsn.parse(row.text(1));
  }

  /**
   * Where a slot keeps WAL from.
   *
   * @param restart from where on; null if the slot keeps none
   * @param timeline of that position; null likewise
   */
  public record Slot(@Nullable Lsn restart, @Nullable Timeline timeline) {}

  /**
   * Makes a physical slot that stays, and keeps all WAL from the last checkpoint on.
   *
   * @throws ServerErrorException with SQLSTATE 42710 if there is one of that name
   */
  public void createSlot(String name) {
    requireSlotName(name);
    wire.query(
        "creating a replication slot",
        "CREATE_REPLICATION_SLOT \"" + name + "\" PHYSICAL (RESERVE_WAL)");
  }

  /** A physical slot, if there is one of that name. */
  public Optional<Slot> slot(String name) {
    requireSlotName(name);
    ResultRow row =
        one(wire.query("reading a replication slot", "READ_REPLICATION_SLOT \"" + name + "\""));
    return row.isNull(0)
        ? Optional.empty()
        : Optional.of(
            new Slot(
                row.isNull(1) ? null : Lsn.parse(row.text(1)),
                row.isNull(2) ? null : Timeline.parse(row.text(2))));
  }

  /** Removes a slot, with what it keeps. */
  public void dropSlot(String name) {
    requireSlotName(name);
    wire.query("removing a replication slot", "DROP_REPLICATION_SLOT \"" + name + "\"");
  }

  /**
   * The history file of a timeline, byte for byte; timeline 1 has none.
   *
   * @throws ServerErrorException if the server does not have it
   */
  public byte[] timelineHistory(Timeline timeline) {
    return one(wire.query("TIMELINE_HISTORY", "TIMELINE_HISTORY " + timeline)).bytes(1);
  }

  /**
   * Starts a base backup and waits for its checkpoint.
   *
   * @throws PostgresException if it does not start
   */
  public BaseBackupStream baseBackup(BaseBackupRequest request) {
    wire.sendQuery("a base backup", request.command());
    return BaseBackupStream.begin(wire, request.checkpointLimit());
  }

  /**
   * Starts to stream WAL.
   *
   * @param slot that keeps it; it stays where it is until {@link WalStream#confirm}
   * @param from first byte
   * @throws PostgresException if the server refuses, or has no such WAL any more
   */
  public WalStream startReplication(String slot, Lsn from, Timeline timeline) {
    requireSlotName(slot);
    wire.sendQuery(
        "streaming WAL",
        "START_REPLICATION SLOT \"" + slot + "\" PHYSICAL " + from + " TIMELINE " + timeline);
    return WalStream.begin(wire, from, timeline);
  }

  /** As above, without a slot: what the server happens to have. */
  public WalStream startReplication(Lsn from, Timeline timeline) {
    wire.sendQuery("streaming WAL", "START_REPLICATION PHYSICAL " + from + " TIMELINE " + timeline);
    return WalStream.begin(wire, from, timeline);
  }

  private static void requireSlotName(String name) {
    if (!SLOT_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a replication slot: " + name);
    }
  }

  private ResultRow one(List<ResultRow> rows) {
    if (rows.size() != 1) {
      throw new ServerProtocolException(
          wire.server() + " answered with " + rows.size() + " rows instead of one");
    }
    return rows.getFirst();
  }

  /** Ends the session at once; a thread that waits in it fails as cancelled. */
  public void abort() {
    wire.abort();
  }

  /** Ends the session; its temporary slots vanish. */
  @Override
  public void close() {
    wire.close();
  }
}
