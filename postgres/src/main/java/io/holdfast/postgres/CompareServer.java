package io.holdfast.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks whether a server can run a cluster: how it was built, and what the cluster loads. */
final class CompareServer {
  private static final String LIBRARY_DIRECTORY = "$libdir/";

  private final RecordedDetails cluster;
  private final InstalledServer server;
  private final List<String> warnings = new ArrayList<>();

  CompareServer(RecordedDetails cluster, InstalledServer server) {
    this.cluster = cluster;
    this.server = server;
  }

  /**
   * Compares.
   *
   * @return warnings
   * @throws LocalServerException if the server's program cannot be run
   */
  List<String> run() {
    compareSize("pageSize", "block_size", "pages of relations");
    compareSize("segmentPages", "segment_size", "segment files of relations (counted in pages)");
    compareSize("walPageSize", "wal_block_size", "pages of the write-ahead log");
    server.libraries().ifPresent(this::comparePreloads);
    server.extensions().ifPresent(this::compareExtensions);
    return warnings;
  }

  private void compareSize(String member, String setting, String what) {
    long wanted = cluster.number(member).orElse(0);
    long built = server.builtWith(setting).orElse(wanted);
    if (wanted != 0 && built != wanted) {
      warnings.add(
          "the cluster has "
              + what
              + " of "
              + wanted
              + ", and "
              + server
              + " was built for "
              + built
              + ": it will not start; build one as the source's was");
    }
  }

  private void comparePreloads(Path libraries) {
    for (String name : cluster.texts("preloadLibraries")) {
      String plain =
          name.startsWith(LIBRARY_DIRECTORY) ? name.substring(LIBRARY_DIRECTORY.length()) : name;
      Path file = libraries.resolve(plain.endsWith(".so") ? plain : plain + ".so");
      if (!Files.exists(file)) {
        warnings.add(
            "shared_preload_libraries names "
                + name
                + ", and there is no "
                + file
                + ": the server will not start until it is installed or the setting changed");
      }
    }
  }

  private void compareExtensions(Path descriptions) {
    Map<String, TreeSet<String>> missing = new TreeMap<>();
    for (RecordedDetails extension : cluster.objects("extensions")) {
      String name = extension.text("name").orElse("");
      if (!Files.exists(descriptions.resolve(name + ".control"))) {
        missing
            .computeIfAbsent(name, _ -> new TreeSet<>())
            .add(extension.text("database").orElse(""));
      }
    }
    missing.forEach(
        (name, databases) ->
            warnings.add(
                "the extension "
                    + name
                    + " of "
                    + CompareCollations.names(databases)
                    + " is not in "
                    + descriptions
                    + ": install it, or what uses it will fail"));
  }
}
