package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.List;

/**
 * What has to be run in a database of a restored cluster after its first start, before anybody
 * works with it, because this machine may sort its text in another order than the indexes are in.
 *
 * @param statements SQL in this order, each outside a transaction block, in a session of the
 *     database by its owner or a superuser
 */
public record DatabaseReindex(String database, List<String> statements) {
  public DatabaseReindex {
    statements = List.copyOf(statements);
  }

  /** The same as lines for psql. */
  public List<String> script() {
    List<String> lines = new ArrayList<>();
    lines.add("\\connect " + Identifier.quoted(database));
    statements.forEach(statement -> lines.add(statement + ";"));
    return lines;
  }
}
