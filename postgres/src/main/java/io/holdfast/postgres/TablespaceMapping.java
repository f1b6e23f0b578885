package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where tablespaces go in a restore: each by its oid or its old location. */
public final class TablespaceMapping {
  private final Map<String, BytePath> byKey;
  private final @Nullable BytePath others;

  private TablespaceMapping(Map<String, BytePath> byKey, @Nullable BytePath others) {
    this.byKey = byKey;
    this.others = others;
  }

  /** Every tablespace to where it was. */
  public static TablespaceMapping none() {
    return new TablespaceMapping(Map.of(), null);
  }

  /** Every tablespace into a directory of its oid below one. */
  public static TablespaceMapping below(BytePath directory) {
    return new TablespaceMapping(Map.of(), directory);
  }

  /**
   * Reads {@code 16400=/new/place} and {@code /old/place=/new/place}.
   *
   * @throws ClusterRestoreException if one is of another form, or two are about the same
   */
  public static TablespaceMapping parse(List<String> mappings) {
    Map<String, BytePath> byKey = new LinkedHashMap<>();
    for (String mapping : mappings) {
      int equals = mapping.indexOf('=');
      BytePath place =
          equals < 1 ? BytePath.EMPTY : BytePath.fromArgument(mapping.substring(equals + 1));
      if (!place.isAbsolute()) {
        throw usage("\"" + mapping + "\" is neither oid=/place nor /old/place=/new/place");
      }
      String key = mapping.substring(0, equals);
      String canonical = key.startsWith("/") ? BytePath.fromArgument(key).toString() : key;
      if (byKey.put(canonical, place) != null) {
        throw usage("tablespace " + key + " is mapped twice");
      }
    }
    return new TablespaceMapping(byKey, null);
  }

  /**
   * Where each of these tablespaces goes, by its path in the backup.
   *
   * @throws ClusterRestoreException if a mapping is about none of them, or two of them would go to
   *     one place
   */
  Map<BytePath, BytePath> locations(List<Tablespace> tablespaces) {
    Map<BytePath, BytePath> locations = new TreeMap<>();
    Map<String, BytePath> unused = new HashMap<>(byKey);
    for (Tablespace tablespace : tablespaces) {
      BytePath byOid = unused.remove(Long.toString(tablespace.oid()));
      BytePath byPlace = unused.remove(tablespace.location().toString());
      BytePath mapped = byOid != null ? byOid : byPlace;
      locations.put(tablespace.path(), mapped == null ? unmapped(tablespace) : mapped);
    }
    if (!unused.isEmpty()) {
      throw usage("the backup has no tablespace " + unused.keySet().iterator().next());
    }
    if (Set.copyOf(locations.values()).size() < locations.size()) {
      throw usage("two tablespaces would go to one place");
    }
    return locations;
  }

  private BytePath unmapped(Tablespace tablespace) {
    return others == null
        ? tablespace.location()
        : others.resolve(BytePath.of(Long.toString(tablespace.oid())));
  }

  private static ClusterRestoreException usage(String message) {
    return new ClusterRestoreException(
        FailureCategory.USAGE,
        message,
        "The backup's tablespace_map and metadata list its tablespaces.",
        null);
  }
}
