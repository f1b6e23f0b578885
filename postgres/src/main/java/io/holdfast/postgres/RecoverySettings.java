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
 * settings, and what lets the cluster recover from the write-ahead log in its own pg_wal, end where
 * it is to end, and go on from there on a timeline of its own.
 *
 * <p>Settings of recovery that are not used are set to nothing, since a second target, even in
 * another file, keeps the server from starting.
 */
final class RecoverySettings {
  /** Before what a restore adds. */
  static final String HEADING = "# Added by a restore with Holdfast\n";

  private static final Pattern OLD =
      Pattern.compile(
          "\\s*(recovery_target\\w*|restore_command|recovery_end_command"
              + "|archive_cleanup_command|primary_conninfo|primary_slot_name)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** What a receiver sets: the restored cluster has none, and its commits would wait for ever. */
  private static final Pattern WAITS_FOR_RECEIVER =
      Pattern.compile(
          "\\s*synchronous_standby_names\\s*=\\s*'\"[a-z0-9_]+_sync\"'.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Map<String, String> settings = new LinkedHashMap<>();

  /**
   * @param tablespacesInPlace whether tablespaces are plain directories in pg_tblspc: a server that
   *     is not told to expect them takes them for damage when it has recovered
   * @param more further settings; they win
   */
  RecoverySettings(RecoveryEnd end, boolean tablespacesInPlace, Map<String, String> more) {
    settings.put("restore_command", "false");
    settings.put("recovery_target_name", "");
    settings.put("recovery_target_time", "");
    settings.put("recovery_target_xid", "");
    boolean atPosition = !end.lsn().isEmpty();
    settings.put(atPosition ? "recovery_target" : "recovery_target_lsn", "");
    // The one that is set must follow those that are set to nothing.
    settings.put(
        atPosition ? "recovery_target_lsn" : "recovery_target",
        atPosition ? end.lsn() : end.target());
    settings.put("recovery_target_inclusive", "on");
    settings.put("recovery_target_action", "promote");
    settings.put("recovery_target_timeline", end.timeline());
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
      if (!line.isEmpty()
          && !OLD.matcher(line).matches()
          && !WAITS_FOR_RECEIVER.matcher(line).matches()) {
        out.writeBytes((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    out.writeBytes(HEADING.getBytes(StandardCharsets.US_ASCII));
    settings.forEach(
        (name, value) ->
            out.writeBytes(
                (name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'\n")
                    .getBytes(StandardCharsets.UTF_8)));
    return out.toByteArray();
  }
}
