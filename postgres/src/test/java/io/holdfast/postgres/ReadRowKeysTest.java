package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.heap.HeapPage;
import io.holdfast.postgres.heap.RowKey;
import io.holdfast.postgres.heap.StoredRow;
import io.holdfast.postgres.wal.RowPlace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of all rows of a table exactly the one with a key is known by its bytes. */
class ReadRowKeysTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(18).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  /** With a column before the key that is null, or short, or long, and one that was dropped. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "int ; i",
        "bigint ; i * 10000000000",
        "smallint ; i",
        "uuid ; md5(i::text)::uuid",
        "text ; repeat('k', i)",
        "varchar(300) ; 'key ' || i",
        "bpchar(20) ; 'key ' || i",
        "text ; repeat('key ', 40) || i",
        "numeric ; i * 1.5",
        "numeric(20, 4) ; i",
        "timestamptz ; timestamptz '2026-01-01 00:00Z' + i * interval '1 hour'",
        "date ; date '2026-01-01' + i",
        "bytea ; decode(lpad(to_hex(i), 8, '0'), 'hex')",
        "boolean[] ; array_fill(i % 2 = 0, array[i])",
        "inet ; '10.0.0.0'::inet + i",
        "name ; 'key' || i",
        "\"char\" ; chr(i)::\"char\""
      })
  void theKeyIsKnownAmongAll(String type, String value) throws SQLException {
    cluster.execute(
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t (gone bigint, \"be fore\" text, small \"char\", \"k ey\" "
            + type
            + " PRIMARY KEY, after text)",
        "ALTER TABLE t DROP COLUMN gone",
        "ALTER TABLE t ADD COLUMN later int DEFAULT 7",
        "INSERT INTO t SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'short' WHEN 2 THEN"
            + " repeat('l', 300) ELSE (SELECT string_agg(md5((i * 999 + j)::text), '') FROM"
            + " generate_series(1, 200) j) END, 'c', "
            + value
            + ", 'x' FROM generate_series(1, 60) i");
    KeyColumn key = new KeyColumn("k ey", "\"k ey\"", type.replaceFirst("\\(.*", ""), false);
    try (Connection session = cluster.superuser()) {
      for (int wanted : new int[] {1, 2, 3, 4, 59, 60}) {
        String text =
            only(session, "SELECT (" + value.replaceAll("\\bi\\b", "(" + wanted + ")") + ")::text");
        String place =
            only(session, "SELECT ctid FROM t WHERE \"k ey\" = '" + text.replace("'", "''") + "'");
        assertThat(knownPlaces(session, "t", List.of(key), List.of(text)))
            .as("%s %s", type, text)
            .containsExactly(place);
      }
    }
  }

  @Test
  void ofAKeyWithSeveralColumnsAllCount() throws SQLException {
    cluster.execute(
        "CREATE TABLE several (a int, b text, c int, d date, PRIMARY KEY (d, b))",
        "INSERT INTO several SELECT i, 'b' || i % 5, i, date '2026-01-01' + i / 5"
            + " FROM generate_series(1, 60) i");
    List<KeyColumn> key =
        List.of(new KeyColumn("d", "d", "date", false), new KeyColumn("b", "b", "text", true));
    try (Connection session = cluster.superuser()) {
      assertThat(knownPlaces(session, "several", key, List.of("2026-01-05", "b3")))
          .containsExactly(only(session, "SELECT ctid FROM several WHERE a = 23"));
    }
  }

  @Test
  void ofPartitionsEachHasItsOwnOrderOfColumns() throws SQLException {
    cluster.execute(
        "CREATE TABLE whole (id int, part int, PRIMARY KEY (id, part)) PARTITION BY LIST (part)",
        "CREATE TABLE one PARTITION OF whole FOR VALUES IN (1)",
        "CREATE TABLE two (filler text, part int NOT NULL, other bigint, id int NOT NULL)",
        "ALTER TABLE two DROP COLUMN filler, DROP COLUMN other",
        "ALTER TABLE whole ATTACH PARTITION two FOR VALUES IN (2)",
        "INSERT INTO whole SELECT i, 1 + i % 2 FROM generate_series(1, 40) i");
    List<KeyColumn> key =
        List.of(
            new KeyColumn("id", "id", "int", false), new KeyColumn("part", "part", "int", false));
    try (Connection session = cluster.superuser()) {
      assertThat(new ReadRowKeys(session, "whole", key).of(List.of("17", "2")).files()).hasSize(2);
      dropKeys(session);
      assertThat(knownPlaces(session, "two", key, List.of("17", "2")))
          .containsExactly(only(session, "SELECT ctid FROM two WHERE id = 17"));
    }
  }

  @Test
  void whatIsNoValueOfTheKeyIsToldAsSuch() throws SQLException {
    cluster.execute("CREATE TABLE short (id varchar(3) PRIMARY KEY)");
    KeyColumn key = new KeyColumn("id", "id", "varchar", true);
    try (Connection session = cluster.superuser()) {
      assertThatThrownBy(() -> new ReadRowKeys(session, "short", List.of(key)).of(List.of("long")))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("too long");
      dropKeys(session);
    }
  }

  /** Places of the rows that are known, by the pages in the table's file. */
  private static List<String> knownPlaces(
      Connection session, String table, List<KeyColumn> key, List<String> values)
      throws SQLException {
    RowKey known =
        new ReadRowKeys(session, table, key).of(values).files().values().iterator().next();
    dropKeys(session);
    long pages = Long.parseLong(only(session, "SELECT pg_relation_size('" + table + "') / 8192"));
    List<String> places = new ArrayList<>();
    for (long block = 0; block < pages; block++) {
      byte[] page = page(session, table, block);
      for (int offset = 1; offset < 300; offset++) {
        StoredRow row = HeapPage.row(page, offset);
        if (row != null && known.isOf(row)) {
          places.add(new RowPlace(block, offset).toString());
        }
      }
    }
    return places;
  }

  private static byte[] page(Connection session, String table, long block) throws SQLException {
    try (PreparedStatement read =
        session.prepareStatement(
            "SELECT pg_read_binary_file(pg_relation_filepath(?), ?, " + HeapPage.SIZE + ")")) {
      read.setString(1, table);
      read.setLong(2, block * HeapPage.SIZE);
      try (ResultSet row = read.executeQuery()) {
        row.next();
        return row.getBytes(1);
      }
    }
  }

  private static void dropKeys(Connection session) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute("SET client_min_messages = warning");
      statement.execute("DROP SCHEMA holdfast_key CASCADE");
    }
  }

  private static String only(Connection session, String query) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return Objects.requireNonNull(row.getString(1));
    }
  }
}
