package io.holdfast.postgres;

import io.holdfast.postgres.heap.RowKey;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.recovery.RowKeys;
import io.holdfast.postgres.wal.RelationId;
import io.holdfast.postgres.wal.RowPlace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** Looks for a row on a scratch server. */
public final class LookUpRow {
  private static final String KEY =
      "SELECT attname, quote_ident(attname), format('%I.%I', nspname, typname), attcollation <> 0"
          + " FROM pg_index, unnest(indkey) WITH ORDINALITY AS part(number, place)"
          + " JOIN pg_attribute ON attnum = number"
          + " JOIN pg_type t ON t.oid = atttypid JOIN pg_namespace n ON n.oid = typnamespace"
          + " WHERE indrelid = to_regclass(?) AND attrelid = indrelid AND indisprimary"
          + " AND place <= indnkeyatts ORDER BY place";

  private static final String FILE =
      "SELECT CASE reltablespace WHEN 0 THEN dattablespace ELSE reltablespace END, d.oid,"
          + " pg_relation_filenode(c.oid) FROM pg_class c, pg_database d"
          + " WHERE c.oid = ? AND datname = current_database()";

  private static final String MEMBERS =
      "SELECT member.xid::text::bigint FROM pg_control_checkpoint() c,"
          + " LATERAL pg_get_multixact_members(CASE WHEN CAST(? AS bigint) BETWEEN"
          + " greatest(1, oldest_multi_xid::text::bigint) AND next_multixact_id::text::bigint - 1"
          + " THEN CAST(CAST(? AS text) AS xid) END) AS member";

  private static final String NO_DATABASE = "3D000";
  private static final String NO_COLUMN = "42703";

  /** Syntax, invalid name, another database before the schema. */
  private static final Set<String> NO_NAMES = Set.of("42601", "42602", "0A000");

  private LookUpRow() {}

  /**
   * Where a row lies.
   *
   * @param relation the file of its table, or of its partition
   * @param holders transactions that may have locked, changed or deleted it and still be running:
   *     what its xmax may mean
   */
  public record Found(RelationId relation, RowPlace place, Set<Long> holders) {
    public Found {
      holders = Set.copyOf(holders);
    }
  }

  /** What a server has of a row that is looked for. */
  public sealed interface Answer {
    /** It is there. */
    record Row(Found found) implements Answer {}

    /** The table is there, and has no such row. */
    record NoRow() implements Answer {}

    /** There is no such table. */
    record NoTable() implements Answer {}
  }

  /**
   * A row, or that there is none, and by what it is known.
   *
   * @param key columns of the primary key; none if there is no table
   * @param files how the key is stored in each file that the table has
   */
  public record Known(DeletedRow row, Answer answer, List<KeyColumn> key, RowKeys files) {
    public Known {
      key = List.copyOf(key);
    }

    /**
     * Looks for it on the server as it is at another moment: by the same columns, whether or not
     * they are the primary key by then.
     *
     * @throws RecoveryTargetException if that cannot be
     */
    public Answer again(ScratchServer server) {
      return on(server, row, key, (session, table, columns, values) -> {});
    }
  }

  /**
   * Looks for a row, and how its key is stored in the files that the table has now.
   *
   * @throws RecoveryTargetException if it is not clear which row is meant
   */
  public static Known on(ScratchServer server, DeletedRow row) {
    List<KeyColumn> key = new ArrayList<>();
    Map<RelationId, RowKey> files = new HashMap<>();
    Answer answer =
        on(
            server,
            row,
            List.of(),
            (session, table, columns, values) -> {
              key.addAll(columns);
              files.putAll(new ReadRowKeys(session, table, columns).of(values).files());
            });
    return new Known(row, answer, key, RowKeys.of(files));
  }

  /** What else is done where the table is. */
  private interface Also {
    void in(Connection session, String table, List<KeyColumn> key, List<String> values)
        throws SQLException;
  }

  /**
   * @param known columns of the key; none: those of the primary key
   */
  private static Answer on(ScratchServer server, DeletedRow row, List<KeyColumn> known, Also also) {
    List<String> databases =
        row.database().isEmpty() ? server.databases() : List.of(row.database());
    List<String> having = new ArrayList<>();
    Answer answer = new Answer.NoTable();
    for (String database : databases) {
      try (Connection session = server.open(database)) {
        Optional<Answer> here = in(session, row, known, also);
        if (here.isPresent()) {
          having.add(database);
          answer = here.get();
        }
      } catch (ServerErrorException e) {
        if (!e.sqlState().equals(NO_DATABASE)) {
          throw e;
        }
      } catch (SQLException e) {
        throw failure(row, e);
      }
    }
    if (having.size() > 1) {
      throw RecoveryTargetException.notFound(
          "several databases have a table " + row.table() + ": " + String.join(", ", having),
          "Name the database before it: "
              + new DeletedRow(having.getFirst(), row.table(), row.key()));
    }
    return answer;
  }

  private static RuntimeException failure(DeletedRow row, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (state.startsWith("22")) {
      return RecoveryTargetException.notFound(
          row.key() + " is no value of the key of " + row.table() + ": " + e.getMessage(), "");
    }
    if (NO_NAMES.contains(state)) {
      return RecoveryTargetException.notFound(
          row.table() + " is no name of a table: " + e.getMessage(), DeletedRow.HOW_TO_WRITE);
    }
    return state.equals(NO_COLUMN)
        ? RecoveryTargetException.notFound(
            "columns of the key of " + row.table() + " were removed or renamed",
            "Choose a time with --at.")
        : ServerErrorException.of(ScratchServer.SCRATCH, e);
  }

  private static Optional<Answer> in(
      Connection session, DeletedRow row, List<KeyColumn> known, Also also) throws SQLException {
    Optional<String> table = table(session, row.table());
    if (table.isEmpty()) {
      return Optional.empty();
    }
    List<KeyColumn> key = known.isEmpty() ? key(session, table.get()) : known;
    if (key.isEmpty()) {
      throw RecoveryTargetException.notFound(
          table.get() + " has no primary key, so that no row of it can be named",
          "Choose a time with --at.");
    }
    List<String> values = row.values(key.size());
    if (values.size() != key.size()) {
      throw RecoveryTargetException.notFound(
          "the primary key of " + table.get() + " has " + key.size() + " columns",
          "Give a value for each, with commas between; one with a comma in double quotes.");
    }
    if (key.stream().anyMatch(KeyColumn::sorted)) {
      withoutIndexes(session);
    }
    StringJoiner conditions = new StringJoiner(" AND ");
    key.forEach(column -> conditions.add(column.name() + " = CAST(? AS " + column.type() + ")"));
    try (PreparedStatement statement =
        session.prepareStatement(
            "SELECT tableoid, ctid::text, xmax::text FROM "
                + table.get()
                + " WHERE "
                + conditions)) {
      for (int i = 0; i < values.size(); i++) {
        statement.setString(i + 1, values.get(i));
      }
      Answer answer = answer(session, statement, row);
      also.in(session, table.get(), key, values);
      return Optional.of(answer);
    }
  }

  private static Answer answer(Connection session, PreparedStatement query, DeletedRow row)
      throws SQLException {
    try (ResultSet at = query.executeQuery()) {
      if (!at.next()) {
        return new Answer.NoRow();
      }
      Found found =
          new Found(
              file(session, at.getLong(1)),
              RowPlace.parse(at.getString(2)),
              holders(session, at.getString(3)));
      if (at.next()) {
        throw RecoveryTargetException.notFound(
            "several tables below " + row.table() + " have a row " + row.key(),
            "Name the one that is meant.");
      }
      return new Answer.Row(found);
    }
  }

  /** An index that another library sorts by may not find what is there. */
  private static void withoutIndexes(Connection session) throws SQLException {
    try (Statement statement = session.createStatement()) {
      statement.execute("SET enable_indexscan = off");
      statement.execute("SET enable_indexonlyscan = off");
      statement.execute("SET enable_bitmapscan = off");
    }
  }

  /** What an xmax may mean: a transaction, or several that hold the row together (multixact). */
  private static Set<Long> holders(Connection session, String xmax) throws SQLException {
    Set<Long> holders = new HashSet<>();
    holders.add(Long.parseLong(xmax));
    try (PreparedStatement statement = session.prepareStatement(MEMBERS)) {
      statement.setString(1, xmax);
      statement.setString(2, xmax);
      try (ResultSet members = statement.executeQuery()) {
        while (members.next()) {
          holders.add(members.getLong(1));
        }
      }
    }
    holders.remove(0L);
    return holders;
  }

  private static Optional<String> table(Connection session, String name) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement("SELECT to_regclass(?)::text")) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Optional.ofNullable(row.getString(1));
      }
    }
  }

  private static List<KeyColumn> key(Connection session, String table) throws SQLException {
    List<KeyColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = session.prepareStatement(KEY)) {
      statement.setString(1, table);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(
              new KeyColumn(
                  row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4)));
        }
      }
    }
    return columns;
  }

  static RelationId file(Connection session, long table) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(FILE)) {
      statement.setLong(1, table);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new RelationId(row.getLong(1), row.getLong(2), row.getLong(3));
      }
    }
  }
}
