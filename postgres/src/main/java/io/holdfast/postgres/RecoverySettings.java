package io.holdfast.postgres;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The {@code postgresql.auto.conf} of a restored cluster: what was in it, without older recovery
 * settings, and what lets the cluster recover from the write-ahead log that the backup holds, end
 * where the backup ends, and go on from there on a timeline of its own.
 *
 * <p>Settings of recovery that are not used are set to nothing, since a second target, even in
 * another file, keeps the server from starting.
 */
final class RecoverySettings {
  private static final Pattern OLD =
      Pattern.compile(
          "\\s*(recovery_target\\w*|restore_command|recovery_end_command"
              + "|archive_cleanup_command|primary_conninfo|primary_slot_name)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Map<String, String> settings = new LinkedHashMap<>();

  /**
   * @param fromStandby whether a standby was read. Its log has no record that ends the backup, and
   *     may have none behind the point where the cluster is consistent, where a target would be
   *     looked for in vain; so all of the log in the backup is replayed. The server insists on
   *     reaching that point by itself (xlogrecovery.c: backupEndPoint is minRecoveryPoint then)
   * @param tablespacesInPlace whether tablespaces are plain directories in pg_tblspc: a server that
   *     is not told to expect them takes them for damage when it has recovered
   * @param more further settings; they win
   */
  RecoverySettings(boolean fromStandby, boolean tablespacesInPlace, Map<String, String> more) {
    settings.put("restore_command", "false");
    settings.put("recovery_target_name", "");
    settings.put("recovery_target_time", "");
    settings.put("recovery_target_xid", "");
    settings.put("recovery_target_lsn", "");
    settings.put(
        "recovery_target",
        fromStandby ? "" : "immediate"); // must follow those that are set to nothing
    settings.put("recovery_target_action", "promote");
    settings.put("recovery_target_timeline", "current");
    settings.put("recovery_end_command", "");
    settings.put("archive_cleanup_command", "");
    if (tablespacesInPlace) {
      settings.put("allow_in_place_tablespaces", "on");
    }
    new TreeMap<>(more)
        .forEach((name, value) -> settings.put(name.toLowerCase(Locale.ROOT), value));
  }

  /** The new bytes of the file. */
  byte[] applyTo(byte[] before) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(before.length + 1024);
    // One character for each byte: values need not be text.
    for (String line : new String(before, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      if (!line.isEmpty() && !OLD.matcher(line).matches()) {
        out.writeBytes((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    out.writeBytes("# Added by a restore with Holdfast\n".getBytes(StandardCharsets.US_ASCII));
    settings.forEach(
        (name, value) ->
            out.writeBytes(
                (name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'\n")
                    .getBytes(StandardCharsets.UTF_8)));
    return out.toByteArray();
  }
}
