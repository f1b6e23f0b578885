package io.holdfast.postgres;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the record of a backup says about the cluster; docs/postgresql.md lists the members.
 *
 * @param damagedPages the first ones
 * @param damagedPageCount all of them
 */
public record ClusterDetails(
    ReadMethod method,
    ControlFile control,
    ServerCatalog catalog,
    BackupSpan span,
    List<DamagedPage> damagedPages,
    long damagedPageCount) {

  public ClusterDetails {
    damagedPages = List.copyOf(damagedPages);
  }

  /** The members as JSON has them: text, numbers, booleans, lists and maps. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("version", catalog.version());
    map.put("major", catalog.major());
    map.put("machine", catalog.machine());
    map.put("controlVersion", control.controlVersion());
    map.put("catalogVersion", control.catalogVersion());
    map.put("systemIdentifier", control.systemIdentifier().toString());
    map.put("pageSize", control.pageSize());
    map.put("segmentPages", control.segmentPages());
    map.put("walPageSize", control.walPageSize());
    map.put("walSegmentSize", control.walSegmentSize());
    map.put("dataChecksums", control.hasDataChecksums());
    map.put("method", method.name().toLowerCase(Locale.ROOT));
    map.put("start", span.start().toString());
    map.put("stop", span.stop().toString());
    map.put("startTimeline", span.startTimeline().id());
    map.put("timeline", span.stopTimeline().id());
    map.put("stopTime", span.stopTime().toString());
    map.put("fromStandby", span.fromStandby());
    map.put("tablespaces", catalog.tablespaces().stream().map(ClusterDetails::tablespace).toList());
    map.put("databases", catalog.databases().stream().map(ClusterDetails::database).toList());
    map.put("extensions", catalog.extensions().stream().map(ClusterDetails::extension).toList());
    map.put(
        "usedCollations",
        catalog.usedCollations().stream().map(ClusterDetails::collation).toList());
    map.put("collations", catalog.collations());
    putIfKnown(map, "preloadLibraries", catalog.preloadLibraries());
    map.put("damagedPages", damagedPages.stream().map(ClusterDetails::damagedPage).toList());
    map.put("damagedPageCount", damagedPageCount);
    return map;
  }

  private static Map<String, Object> tablespace(Tablespace tablespace) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("oid", tablespace.oid());
    map.put("name", tablespace.name());
    map.put("location", tablespace.location().toString());
    return map;
  }

  private static Map<String, Object> database(ServerCatalog.Database database) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("oid", database.oid());
    map.put("name", database.name());
    map.put("encoding", database.encoding());
    map.put("collate", database.collate());
    map.put("ctype", database.ctype());
    map.put("provider", database.provider());
    map.put("locale", database.locale());
    putIfKnown(map, "collationVersion", database.collationVersion());
    putIfKnown(map, "actualCollationVersion", database.actualCollationVersion());
    map.put("lookedInto", database.lookedInto());
    return map;
  }

  private static Map<String, Object> collation(ServerCatalog.Collation collation) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("database", collation.database());
    map.put("schema", collation.schema());
    map.put("name", collation.name());
    map.put("provider", collation.provider());
    map.put("locale", collation.locale());
    putIfKnown(map, "version", collation.version());
    putIfKnown(map, "actualVersion", collation.actualVersion());
    return map;
  }

  private static Map<String, Object> extension(ServerCatalog.Extension extension) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("database", extension.database());
    map.put("name", extension.name());
    map.put("version", extension.version());
    return map;
  }

  private static Map<String, Object> damagedPage(DamagedPage page) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", page.path().toString());
    map.put("tablespace", page.relation().tablespace());
    map.put("database", page.relation().database());
    map.put("relation", page.relation().number());
    map.put("fork", page.relation().fork().name().toLowerCase(Locale.ROOT));
    map.put("block", page.block());
    return map;
  }

  private static void putIfKnown(Map<String, Object> map, String name, @Nullable Object value) {
    if (value != null) {
      map.put(name, value);
    }
  }
}
