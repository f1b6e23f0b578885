package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster keeps the names of databases and places as the bytes that a session sent. */
class NamesInOtherEncodingsTest {
  @TempDir Path directory;

  @Test
  void databasesAndTablespacesAreBackedUpBothWays() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      cluster.execute(
          "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0",
          "CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0");
      Path home = cluster.newDirectory("home");
      try (Connection latin = cluster.connect("postgres", "latin");
          Statement statement = latin.createStatement()) {
        statement.execute("COPY (SELECT 1) TO PROGRAM 'mkdir " + home + "/é'");
        statement.execute("CREATE TABLESPACE \"plaçe\" LOCATION '" + home + "/é'");
        statement.execute("CREATE DATABASE \"dbé\"");
      }
      cluster.execute("CREATE DATABASE \"in UTF-8: é\"");
      String oid = cluster.query("SELECT max(oid) FROM pg_tablespace");
      BytePath location =
          BytePath.of(home.toString()).resolve(BytePath.of(new byte[] {(byte) 0xe9}));

      grantIn(cluster, "bytes");
      ConnectionSettings throughBytes = cluster.socketSettings().withDatabase("bytes");
      BytePath data = BytePath.of(cluster.dataDirectory().toString());
      for (ConnectionSettings settings : List.of(cluster.socketSettings(), throughBytes)) {
        for (ClusterReader reader :
            List.of(
                new DirectClusterReader(settings, data, scene.options()),
                new StreamClusterReader(settings, scene.options()))) {
          ServerCatalog catalog = scene.backup(reader).details().catalog();
          assertThat(catalog.databases())
              .extracting(ServerCatalog.Database::name)
              .contains("db\ufffd", "in UTF-8: é", "latin");
          assertThat(catalog.databases())
              .filteredOn(database -> database.name().startsWith("db"))
              .noneMatch(ServerCatalog.Database::lookedInto);
          assertThat(catalog.databases())
              .filteredOn(database -> database.name().startsWith("in UTF-8"))
              .allMatch(ServerCatalog.Database::lookedInto);
          assertThat(catalog.tablespaces())
              .extracting(Tablespace::location)
              .containsExactly(location);
        }
      }

      Path place = scene.newPlace();
      scene.restore(
          RestoreOptions.to(BytePath.of(place.toString()))
              .with(TablespaceMapping.parse(List.of(oid + "=" + cluster.newDirectory("to")))));
      try (RestoredServer restored = scene.start(place)) {
        assertThat(restored.query("in UTF-8: é", "SELECT 1")).isEqualTo("[1]");
      }
    }
  }

  private static void grantIn(TestCluster cluster, String database) throws Exception {
    try (Connection session = cluster.connect("postgres", database);
        Statement statement = session.createStatement()) {
      statement.execute("GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO holdfast");
      statement.execute("GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO holdfast");
    }
  }
}
