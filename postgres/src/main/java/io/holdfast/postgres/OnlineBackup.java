package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.FailureCategory;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in backup mode, from {@code pg_backup_start} to {@code pg_backup_stop} in one session.
 * If the session ends before the stop, the server leaves the mode by itself.
 */
final class OnlineBackup {
  private static final Pattern START_TIMELINE = Pattern.compile("START TIMELINE: ([0-9]+)");

  /** The checkpoint of a busy server takes its time. */
  private static final Duration CHECKPOINT_LIMIT = Duration.ofHours(1);

  /** The checkpoint has to be over before its timeline is asked for. */
  private static final String START =
      "WITH started AS MATERIALIZED (SELECT pg_backup_start(?, true) AS lsn)"
          + " SELECT lsn, pg_is_in_recovery(),"
          + " (SELECT timeline_id FROM pg_control_checkpoint() WHERE lsn IS NOT NULL)"
          + " FROM started";

  private final String server;
  private final Connection session;
  private final Lsn start;
  private final Timeline timeline;
  private final boolean standby;

  /**
   * What the server gives at the end, byte for byte.
   *
   * @param tablespaceMap empty if there are no tablespaces
   */
  @SuppressWarnings("ArrayRecordComponent") // written to the backup at once
  record Stopped(BackupSpan span, byte[] label, byte[] tablespaceMap) {}

  private OnlineBackup(
      String server, Connection session, Lsn start, Timeline timeline, boolean standby) {
    this.server = server;
    this.session = session;
    this.start = start;
    this.timeline = timeline;
    this.standby = standby;
  }

  /**
   * Puts the server into backup mode, with a checkpoint at once.
   *
   * @param server names the server in messages
   * @param session used for nothing else until the stop
   */
  static OnlineBackup start(String server, Connection session, String label) {
    try (PreparedStatement statement = session.prepareStatement(START)) {
      statement.setString(1, label);
      int limit = session.getNetworkTimeout();
      session.setNetworkTimeout(Runnable::run, (int) CHECKPOINT_LIMIT.toMillis());
      try {
        return InterruptibleQuery.run(
            statement,
            "starting a backup of " + server,
            row -> {
              row.next();
              return new OnlineBackup(
                  server,
                  session,
                  Lsn.parse(row.getString(1)),
                  Timeline.parse(row.getString(3)),
                  row.getBoolean(2));
            });
      } finally {
        session.setNetworkTimeout(Runnable::run, limit);
      }
    } catch (SQLException e) {
      throw ServerErrorException.of(server, e);
    }
  }

  /** Where recovery of this backup begins. */
  Lsn start() {
    return start;
  }

  /** The timeline of the start. */
  Timeline timeline() {
    return timeline;
  }

  /** Ends backup mode. */
  Stopped stop() {
    String sql =
        "SELECT lsn, "
            + ServerText.bytes("labelfile")
            + ", "
            + ServerText.bytes("spcmapfile")
            + ", clock_timestamp(), pg_is_in_recovery() FROM pg_backup_stop(false)";
    try (PreparedStatement statement = session.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      row.next();
      byte[] label = row.getBytes(2);
      byte[] map = row.getBytes(3);
      if (row.getBoolean(5) != standby) {
        throw conflict("was promoted during the backup");
      }
      Instant time = row.getObject(4, OffsetDateTime.class).toInstant();
      Lsn stop = Lsn.parse(row.getString(1));
      if (!startTimeline(label).equals(timeline)) {
        throw conflict("left its timeline during the backup");
      }
      return new Stopped(
          new BackupSpan(start, timeline, stop, timeline, time, standby),
          label,
          map == null ? new byte[0] : map);
    } catch (SQLException e) {
      throw ServerErrorException.of(server, e);
    }
  }

  private ClusterReadException conflict(String what) {
    return new ClusterReadException(
        FailureCategory.CONFLICT,
        server + " " + what + ", which is of no use now",
        "Take another backup.",
        null);
  }

  private static Timeline startTimeline(byte[] label) {
    Matcher matcher = START_TIMELINE.matcher(new String(label, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new ClusterReadException(
          FailureCategory.UNSUPPORTED, "the server's backup label names no timeline", "", null);
    }
    return Timeline.parse(matcher.group(1));
  }
}
