package io.holdfast.postgres;

import io.holdfast.postgres.recovery.RecoveryTargetException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row that people name, like {@code public.projects:4711}.
 *
 * @param table as SQL writes it, with its schema or to be found on the search path, and before that
 *     with its database and a slash, if several have such a table
 * @param key the value of its primary key; of several columns, with commas between, and double
 *     quotes around one that has a comma itself
 */
public record DeletedRow(String database, String table, String key) {
  /** For who named a table that is none. */
  public static final String HOW_TO_WRITE =
      "Write it like public.projects:4711 or app/public.projects:4711, with double quotes around"
          + " names that have upper case or other signs: public.\"Projects\":4711.";

  /**
   * Reads it. Names may stand in double quotes, as in SQL.
   *
   * @throws RecoveryTargetException if it names no row
   */
  public static DeletedRow parse(String text) {
    int colon = outsideQuotes(text, ':');
    int slash = outsideQuotes(text, '/');
    boolean named = slash >= 0 && slash < colon;
    String table = colon < 0 ? "" : text.substring(named ? slash + 1 : 0, colon);
    if (table.isBlank() || colon == text.length() - 1) {
      throw RecoveryTargetException.noRow(text);
    }
    return new DeletedRow(
        named ? unquoted(text.substring(0, slash)) : "", table, text.substring(colon + 1));
  }

  /** Where a sign is first, not counting those between double quotes; -1 if nowhere. */
  private static int outsideQuotes(String text, char sign) {
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      quoted ^= text.charAt(i) == '"';
      if (!quoted && text.charAt(i) == sign) {
        return i;
      }
    }
    return -1;
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1).replace("\"\"", "\"") : text;
  }

  /** The values of so many columns; of several, each may stand in double quotes. */
  List<String> values(int columns) {
    if (columns == 1) {
      return List.of(key);
    }
    List<String> values = new ArrayList<>();
    String rest = key;
    for (int comma = outsideQuotes(rest, ','); comma >= 0; comma = outsideQuotes(rest, ',')) {
      values.add(unquoted(rest.substring(0, comma)));
      rest = rest.substring(comma + 1);
    }
    values.add(unquoted(rest));
    return values;
  }

  /** The table, with its database if that is named. */
  public String place() {
    return database.isEmpty() ? table : table + " in database " + database;
  }

  @Override
  public String toString() {
    return (database.isEmpty() ? "" : database + "/") + table + ":" + key;
  }
}
