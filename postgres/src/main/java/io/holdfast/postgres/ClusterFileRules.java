package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which files of a data directory belong into a backup, as src/backend/backup/basebackup.c decides
 * it, so that reading the directory and reading a stream give the same backup.
 *
 * <p>Paths are relative to the data directory, with the tablespaces below pg_tblspc. A rule about
 * what a directory holds applies to everything below it.
 *
 * <p>Whether a relation is unlogged cannot be told from one path: see {@link #isResetAtRecovery}.
 */
final class ClusterFileRules {
  /** Where the identity of the cluster is; copied last and restored last. */
  static final BytePath CONTROL_FILE = BytePath.of("global/pg_control");

  static final BytePath BACKUP_LABEL = BytePath.of("backup_label");
  static final BytePath TABLESPACE_MAP = BytePath.of("tablespace_map");
  static final BytePath WAL_DIRECTORY = BytePath.of("pg_wal");
  static final BytePath ARCHIVE_STATUS = BytePath.of("pg_wal/archive_status");
  static final BytePath TABLESPACES = BytePath.of("pg_tblspc");

  /** What is done with a path. */
  enum Rule {
    /** It is part of the backup. */
    COPY,
    /** The directory is part of the backup, what it holds is not. */
    KEEP_EMPTY,
    /** It is no part of the backup, nor is anything below it. */
    LEAVE_OUT
  }

  /** Names whose contents the server rebuilds, at whatever depth. */
  private static final Set<String> EMPTIED =
      Set.of(
          "pg_dynshmem",
          "pg_notify",
          "pg_replslot",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  /** What the server makes below pg_wal and expects to find there. */
  private static final Set<String> WAL_SUBDIRECTORIES =
      Set.of("pg_wal/archive_status", "pg_wal/summaries");

  private static final Set<String> LEFT_OUT =
      Set.of(
          "postgresql.auto.conf.tmp",
          "current_logfiles.tmp",
          "backup_label",
          "tablespace_map",
          "backup_manifest",
          "postmaster.pid",
          "postmaster.opts");

  private static final String TEMPORARY_PREFIX = "pgsql_tmp";
  private static final String RELATION_CACHE_PREFIX = "pg_internal.init";

  private static final Pattern DATABASE_DIRECTORY =
      Pattern.compile("base/[0-9]+|pg_tblspc/[0-9]+/PG_[^/]+/[0-9]+");

  private static final Pattern TEMPORARY_RELATION =
      Pattern.compile("t[0-9]+_[0-9]+(_fsm|_vm|_init)?(\\.[0-9]+)?");

  private ClusterFileRules() {}

  /** The rule for a path, taking the directories above it into account. */
  static Rule of(BytePath path) {
    BytePath parent = path.parent();
    if (parent == null) {
      return Rule.COPY;
    }
    Rule above = of(parent);
    if (above == Rule.COPY) {
      return within(parent, path);
    }
    return WAL_SUBDIRECTORIES.contains(text(path)) ? Rule.KEEP_EMPTY : Rule.LEAVE_OUT;
  }

  /** The rule for a path in a directory whose own rule is {@link Rule#COPY}. */
  static Rule within(BytePath directory, BytePath path) {
    String name = text(path.name());
    if (name.startsWith(TEMPORARY_PREFIX)
        || name.startsWith(RELATION_CACHE_PREFIX)
        || LEFT_OUT.contains(name)) {
      return Rule.LEAVE_OUT;
    }
    if (EMPTIED.contains(name) || path.equals(WAL_DIRECTORY)) {
      return Rule.KEEP_EMPTY;
    }
    if (TEMPORARY_RELATION.matcher(name).matches() && isDatabaseDirectory(directory)) {
      return Rule.LEAVE_OUT;
    }
    return Rule.COPY;
  }

  /** Whether the directory holds the relations of one database. */
  static boolean isDatabaseDirectory(BytePath directory) {
    return DATABASE_DIRECTORY.matcher(text(directory)).matches();
  }

  /**
   * Whether recovery throws this file away if the relation's init fork exists: then it is unlogged,
   * and the file is no part of the backup. Shared relations are never unlogged.
   */
  static boolean isResetAtRecovery(RelationFile file) {
    return file.database() != 0 && file.fork() != Fork.INIT;
  }

  /** One character for each byte: names need not be text. */
  private static String text(BytePath path) {
    return new String(path.bytes(), StandardCharsets.ISO_8859_1);
  }
}
