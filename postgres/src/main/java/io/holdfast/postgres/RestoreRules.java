package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.util.Set;

/** Which entries of a backup a restore does not simply write back. */
final class RestoreRules {
  static final BytePath AUTO_CONF = BytePath.of("postgresql.auto.conf");
  static final BytePath RECOVERY_SIGNAL = BytePath.of("recovery.signal");

  /**
   * Tablespaces have their links from the restore, which may map them; signals say what the source
   * was doing; the settings are changed; the control file comes last.
   */
  private static final Set<BytePath> NOT_WRITTEN_BACK =
      Set.of(
          ClusterFileRules.TABLESPACE_MAP,
          ClusterFileRules.CONTROL_FILE,
          BytePath.of("standby.signal"),
          RECOVERY_SIGNAL,
          AUTO_CONF);

  private RestoreRules() {}

  static boolean isWrittenBack(BytePath path) {
    return !NOT_WRITTEN_BACK.contains(path);
  }
}
