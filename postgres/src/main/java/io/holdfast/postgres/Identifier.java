package io.holdfast.postgres;

/** Names in SQL. */
final class Identifier {
  private Identifier() {}

  /** A name as a delimited identifier, which may hold anything. */
  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
