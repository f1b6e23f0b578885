package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One segment file of one fork of a relation, as its path in the data directory tells
 * (src/common/relpath.c).
 *
 * @param tablespace oid of the tablespace: {@link #DEFAULT_TABLESPACE}, {@link #GLOBAL_TABLESPACE}
 *     or one of pg_tblspc
 * @param database oid of the database; 0 for the shared relations
 * @param number the relation's file number ({@code pg_class.relfilenode}, or {@code
 *     pg_relation_filenode()} for mapped relations)
 * @param segment number of the segment, from 0
 */
public record RelationFile(long tablespace, long database, long number, Fork fork, int segment) {
  /** Oid of the tablespace of {@code base}. */
  public static final long DEFAULT_TABLESPACE = 1663;

  /** Oid of the tablespace of {@code global}. */
  public static final long GLOBAL_TABLESPACE = 1664;

  /** Numbers as PostgreSQL prints them; no more digits than an oid or a segment can have. */
  private static final Pattern PATH =
      Pattern.compile(
          "(?:global|base/(?<base>[1-9][0-9]{0,9})"
              + "|pg_tblspc/(?<space>[1-9][0-9]{0,9})/PG_[^/]+/(?<database>[1-9][0-9]{0,9}))"
              + "/(?<number>[1-9][0-9]{0,9})(?<fork>_fsm|_vm|_init)?(?:\\.(?<segment>[1-9][0-9]{0,8}))?");

  private static final long MAX_OID = 0xFFFF_FFFFL;

  /**
   * The relation file that a path names, or nothing if it names something else.
   *
   * @param path relative to the data directory, with the tablespaces below pg_tblspc
   */
  public static Optional<RelationFile> of(BytePath path) {
    Matcher matcher = PATH.matcher(new String(path.bytes(), StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String base = matcher.group("base");
    String space = matcher.group("space");
    long tablespace =
        space != null
            ? Long.parseLong(space)
            : base != null ? DEFAULT_TABLESPACE : GLOBAL_TABLESPACE;
    long database = number(base != null ? base : matcher.group("database"));
    long relation = number(matcher.group("number"));
    if (tablespace > MAX_OID || database > MAX_OID || relation > MAX_OID) {
      return Optional.empty();
    }
    int segment = (int) number(matcher.group("segment"));
    return Optional.of(
        new RelationFile(tablespace, database, relation, fork(matcher.group("fork")), segment));
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static Fork fork(@Nullable String suffix) {
    for (Fork fork : Fork.values()) {
      if (fork.suffix().equals(suffix)) {
        return fork;
      }
    }
    return Fork.MAIN;
  }

  /** The number in its fork of the first page of this segment. */
  public long firstBlock(ControlFile cluster) {
    return (long) segment * cluster.segmentPages();
  }

  /** The name in its directory of the init fork of this relation; it exists if it is unlogged. */
  String initForkName() {
    return number + Fork.INIT.suffix();
  }

  /** For people: the oids by which the relation is found, its fork and its segment. */
  @Override
  public String toString() {
    return "relation %d of database %d in tablespace %d%s%s"
        .formatted(
            number,
            database,
            tablespace,
            fork == Fork.MAIN ? "" : ", fork " + fork.suffix().substring(1),
            segment == 0 ? "" : ", segment " + segment);
  }
}
