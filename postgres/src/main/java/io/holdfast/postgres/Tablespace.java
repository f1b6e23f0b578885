package io.holdfast.postgres;

import io.holdfast.posix.BytePath;

/**
 * A place for relations outside of the data directory.
 *
 * @param oid names its link in pg_tblspc
 * @param name its name in SQL; empty where only the oid is known
 * @param location where the link leads; relative for one that lies in pg_tblspc itself
 */
public record Tablespace(long oid, String name, BytePath location) {
  /** Its path in the data directory and in a backup. */
  public BytePath path() {
    return ClusterFileRules.TABLESPACES.resolve(Long.toString(oid));
  }

  /** Its name and place, for messages. */
  String describe() {
    return "the tablespace " + (name.isEmpty() ? Long.toString(oid) : name) + " at " + location;
  }

  /** Whether it is a plain directory in pg_tblspc, as test servers have them. */
  public boolean isInPlace() {
    return !location.isAbsolute();
  }
}
