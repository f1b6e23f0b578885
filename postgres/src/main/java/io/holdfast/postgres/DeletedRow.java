package io.holdfast.postgres;

import io.holdfast.postgres.recovery.RecoveryTargetException;
import java.util.List;

/**
 * A row that people name, like {@code public.projects:4711}.
 *
 * @param table as SQL writes it, with its schema or to be found on the search path, and before that
 *     with its database and a slash, if several have such a table
 * @param key the value of its primary key; of several columns, with commas between
 */
public record DeletedRow(String database, String table, String key) {
  /**
   * Reads it.
   *
   * @throws RecoveryTargetException if it names no row
   */
  public static DeletedRow parse(String text) {
    int colon = text.indexOf(':');
    int slash = text.indexOf('/');
    boolean named = slash >= 0 && slash < colon;
    String table = colon < 0 ? "" : text.substring(named ? slash + 1 : 0, colon);
    if (table.isBlank() || colon == text.length() - 1) {
      throw RecoveryTargetException.noRow(text);
    }
    return new DeletedRow(named ? text.substring(0, slash) : "", table, text.substring(colon + 1));
  }

  /** The values of so many columns. */
  List<String> values(int columns) {
    return columns == 1 ? List.of(key) : List.of(key.split(",", -1));
  }

  @Override
  public String toString() {
    return (database.isEmpty() ? "" : database + "/") + table + ":" + key;
  }
}
