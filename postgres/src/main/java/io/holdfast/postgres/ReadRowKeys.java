package io.holdfast.postgres;

import io.holdfast.postgres.heap.ColumnShape;
import io.holdfast.postgres.heap.HeapPage;
import io.holdfast.postgres.heap.RowKey;
import io.holdfast.postgres.heap.StoredRow;
import io.holdfast.postgres.recovery.RowKeys;
import io.holdfast.postgres.wal.RelationId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has a scratch server store the values of a key, and looks how it did: so a row can be known by
 * its bytes, whatever the types of its key are.
 */
final class ReadRowKeys {
  private static final String SCHEMA = "holdfast_key";

  /** The tables whose rows a query of one shows, with the columns of each that count. */
  private static final String COLUMNS =
      "WITH RECURSIVE shown (oid) AS (SELECT to_regclass(?)::oid"
          + " UNION SELECT inhrelid FROM pg_inherits, shown WHERE inhparent = shown.oid)"
          + " SELECT c.oid, attlen, attalign::text, coalesce(array_position(?, attname::text), 0)"
          + " FROM shown JOIN pg_class c ON c.oid = shown.oid"
          + " JOIN pg_attribute ON attrelid = c.oid AND attnum > 0"
          + " WHERE relkind = 'r' ORDER BY c.oid, attnum";

  private final Connection session;
  private final String table;
  private final List<KeyColumn> key;

  ReadRowKeys(Connection session, String table, List<KeyColumn> key) {
    this.session = session;
    this.table = table;
    this.key = key;
  }

  /**
   * Reads.
   *
   * @param values one for each column of the key
   * @throws SQLException if one is no value of its column, or the server fails
   */
  RowKeys of(List<String> values) throws SQLException {
    List<byte[]> pages = store(values);
    Map<Long, List<RowKey.Column>> tables = new HashMap<>();
    try (PreparedStatement statement = session.prepareStatement(COLUMNS)) {
      Array names = session.createArrayOf("text", key.stream().map(KeyColumn::attribute).toArray());
      statement.setString(1, table);
      statement.setArray(2, names);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ColumnShape shape = ColumnShape.of(row.getInt(2), row.getString(3));
          int place = row.getInt(4);
          byte[] value = place == 0 ? null : first(pages.get(place - 1)).first(shape);
          tables
              .computeIfAbsent(row.getLong(1), oid -> new ArrayList<>())
              .add(new RowKey.Column(shape, value));
        }
      }
    }
    Map<RelationId, RowKey> files = new HashMap<>();
    for (Map.Entry<Long, List<RowKey.Column>> one : tables.entrySet()) {
      files.put(LookUpRow.file(session, one.getKey()), new RowKey(upToKey(one.getValue())));
    }
    return RowKeys.of(files);
  }

  private static List<RowKey.Column> upToKey(List<RowKey.Column> columns) {
    int last = columns.size();
    while (last > 0 && columns.get(last - 1).value() == null) {
      last--;
    }
    return columns.subList(0, last);
  }

  /** The page of each value, which is all that is on it. */
  private List<byte[]> store(List<String> values) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute("SET default_transaction_read_only = off");
      statement.execute("SET session_replication_role = replica"); // no event triggers
      statement.execute("CREATE SCHEMA " + SCHEMA);
      for (int i = 0; i < key.size(); i++) {
        String place = SCHEMA + ".part" + i;
        statement.execute(
            "CREATE TABLE "
                + place
                + " AS SELECT "
                + key.get(i).name()
                + " FROM "
                + table
                + " WITH NO DATA");
        statement.execute( // as it is in every row whose key is not compressed
            "ALTER TABLE " + place + " ALTER COLUMN " + key.get(i).name() + " SET STORAGE PLAIN");
        try (PreparedStatement insert =
            session.prepareStatement(
                "INSERT INTO " + place + " VALUES (CAST(? AS " + key.get(i).type() + "))")) {
          insert.setString(1, values.get(i));
          insert.execute();
        }
      }
      statement.execute("CHECKPOINT"); // into their files
    }
    List<byte[]> pages = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      try (PreparedStatement read =
          session.prepareStatement(
              "SELECT pg_read_binary_file(pg_relation_filepath(?), 0, " + HeapPage.SIZE + ")")) {
        read.setString(1, SCHEMA + ".part" + i);
        try (ResultSet row = read.executeQuery()) {
          row.next();
          pages.add(row.getBytes(1));
        }
      }
    }
    return pages;
  }

  private static StoredRow first(byte[] page) {
    StoredRow row = HeapPage.row(page, 1);
    if (row == null) {
      throw new IllegalStateException("a value that was stored is not on its page");
    }
    return row;
  }
}
