package io.holdfast.postgres;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server's catalogs say about it, kept with a backup so that a restore can tell whether a
 * machine fits: versions of collations above all, since indexes depend on them.
 *
 * @param version as {@code server_version} has it
 * @param machine the processor that the server was built for, as {@code x86_64} or {@code aarch64};
 *     empty if it does not say
 * @param tablespaces without pg_default and pg_global
 * @param databases all of them, templates too
 * @param extensions of the databases that could be looked into
 * @param usedCollations collations that were made by hand or that an index or the key of a
 *     partitioned table names, of the databases that could be looked into
 * @param collations version of the server's library by provider, such as libc and icu
 * @param preloadLibraries {@code shared_preload_libraries}; null if the role may not see it
 */
public record ServerCatalog(
    String version,
    int major,
    String machine,
    List<Tablespace> tablespaces,
    List<Database> databases,
    List<Extension> extensions,
    List<Collation> usedCollations,
    Map<String, String> collations,
    @Nullable List<String> preloadLibraries) {

  public ServerCatalog {
    tablespaces = List.copyOf(tablespaces);
    databases = List.copyOf(databases);
    extensions = List.copyOf(extensions);
    usedCollations = List.copyOf(usedCollations);
    collations = Map.copyOf(collations);
    preloadLibraries = preloadLibraries == null ? null : List.copyOf(preloadLibraries);
  }

  /**
   * A database of the cluster.
   *
   * @param provider of its default collation: c (libc), i (ICU), b (built in)
   * @param locale what the provider calls it; for libc the same as {@code collate}
   * @param collationVersion the version that its indexes were made with; null if it has none
   * @param actualCollationVersion the version that the server's library has now
   * @param lookedInto whether all collations that its indexes may depend on are known
   */
  public record Database(
      long oid,
      String name,
      String encoding,
      String collate,
      String ctype,
      String provider,
      String locale,
      @Nullable String collationVersion,
      @Nullable String actualCollationVersion,
      boolean lookedInto) {}

  /**
   * A collation besides the default one of its database.
   *
   * @param provider c (libc) or i (ICU)
   * @param locale what the provider calls it
   * @param version the version that it was made with; null if it has none
   * @param actualVersion the version that the server's library has now
   */
  public record Collation(
      String database,
      String schema,
      String name,
      String provider,
      String locale,
      @Nullable String version,
      @Nullable String actualVersion) {}

  /** An extension that is installed in a database. */
  public record Extension(String database, String name, String version) {}
}
