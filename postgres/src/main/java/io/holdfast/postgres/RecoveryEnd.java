package io.holdfast.postgres;

import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;

/**
 * Where the recovery of a restored cluster ends, in a server's terms.
 *
 * @param target recovery_target
 * @param lsn recovery_target_lsn: with the record that starts there
 * @param timeline recovery_target_timeline
 */
record RecoveryEnd(String target, String lsn, String timeline) {
  private static final String CURRENT = "current";

  /**
   * At the end of the backup.
   *
   * @param fromStandby whether a standby was read. Its log has no record that ends the backup, and
   *     may have none behind the point where the cluster is consistent, where a target would be
   *     looked for in vain; so all of the log in the backup is replayed. The server insists on
   *     reaching that point by itself (xlogrecovery.c: backupEndPoint is minRecoveryPoint then)
   */
  static RecoveryEnd ofBackup(boolean fromStandby) {
    return new RecoveryEnd(fromStandby ? "" : "immediate", "", CURRENT);
  }

  /**
   * Where the log was found to be left, if that is behind the end of the backup.
   *
   * @param from timeline of the backup: that one needs no history file
   */
  static RecoveryEnd at(RecoveryStop stop, Timeline from, boolean fromStandby) {
    Lsn record = stop.record();
    return record == null
        ? ofBackup(fromStandby)
        : new RecoveryEnd(
            "",
            record.toString(),
            stop.timeline().equals(from) ? CURRENT : stop.timeline().toString());
  }
}
