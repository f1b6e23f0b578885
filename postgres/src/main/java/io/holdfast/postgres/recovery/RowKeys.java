package io.holdfast.postgres.recovery;

import io.holdfast.postgres.heap.RowKey;
import io.holdfast.postgres.heap.StoredRow;
import io.holdfast.postgres.wal.RelationId;
import java.util.Map;
import java.util.Set;

/**
 * The key of a row as it is stored in the files of its table; of one with partitions, in each.
 *
 * @param files the key in each file
 * @param forms those that differ
 */
public record RowKeys(Map<RelationId, RowKey> files, Set<RowKey> forms) {
  public RowKeys {
    files = Map.copyOf(files);
    forms = Set.copyOf(forms);
  }

  /** The key in each file. */
  public static RowKeys of(Map<RelationId, RowKey> files) {
    return new RowKeys(files, Set.copyOf(files.values()));
  }

  /** Whether this is a file of the table. */
  boolean isKnown(RelationId file) {
    return files.containsKey(file);
  }

  /** Whether a file that came later may be one of the table: it is in the same database. */
  boolean mayHave(RelationId file) {
    return files.keySet().stream().anyMatch(known -> known.database() == file.database());
  }

  /** Whether a row has the key; in a file that came later, whether it has it in any form. */
  boolean isOf(RelationId file, StoredRow row) {
    RowKey known = files.get(file);
    return known != null ? known.isOf(row) : forms.stream().anyMatch(key -> key.isOf(row));
  }
}
