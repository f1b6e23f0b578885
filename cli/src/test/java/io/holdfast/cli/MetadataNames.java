package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The names that metadata has in JSON: those that were asked for, which other programs and the API
 * rely on, and those that the manual adds. No others, and none is missing.
 */
final class MetadataNames {
  private static final Set<String> BACKUP =
      Set.of(
          "id",
          "timestamp",
          "type",
          "version",
          "size",
          "checksum",
          "encryptionKeyId",
          "status",
          "duration",
          "files");

  private static final Set<String> MORE_OF_BACKUP =
      Set.of("sequence", "policy", "client", "storedBytes", "sources", "warnings", "warningCount");

  private static final Set<String> SOURCE =
      Set.of(
          "name",
          "type",
          "entries",
          "size",
          "started",
          "finished",
          "statistics",
          "warnings",
          "warningCount",
          "details");

  private static final Set<String> FILE = Set.of("path", "type", "size", "compressed", "encrypted");

  private static final Set<String> MORE_OF_FILE =
      Set.of(
          "source",
          "node",
          "mode",
          "owner",
          "group",
          "modified",
          "changedWhileRead",
          "damagedPages",
          "attributesIncomplete");

  private static final Set<String> DEMO =
      Set.of(
          "directory",
          "full",
          "incremental",
          "restore",
          "transactions",
          "tables",
          "rows",
          "files",
          "settings",
          "differences",
          "duration");

  private MetadataNames() {}

  /**
   * @param shown what {@code show --json} printed
   * @param withAnchor whether the backup holds a database
   */
  static void assertExact(JsonNode shown, boolean withAnchor) throws Exception {
    Set<String> ofBackup = union(BACKUP, MORE_OF_BACKUP);
    if (withAnchor) {
      ofBackup.addAll(Set.of("anchor", "spread"));
      assertNames(shown.get("anchor"), Set.of("lsn", "time"));
    }
    assertNames(shown, ofBackup);
    for (JsonNode source : shown.get("sources")) {
      assertNames(source, SOURCE);
    }
    for (JsonNode file : shown.get("files")) {
      Set<String> ofFile = union(FILE, MORE_OF_FILE);
      switch (file.get("node").asString()) {
        case "file" -> ofFile.add("checksum");
        case "symlink" -> ofFile.add("target");
        default -> {}
      }
      assertNames(file, ofFile);
    }
    assertDocumented();
  }

  /**
   * @param made what {@code init --json} printed
   * @param all whether it made a key file and a recovery kit
   */
  static void assertOfInit(JsonNode made, boolean all) throws Exception {
    Set<String> names = Set.of("id", "place");
    assertNames(made, all ? union(names, Set.of("keyFile", "kit")) : names);
    assertDocumented();
  }

  /**
   * @param result what {@code demo --json} printed
   */
  static void assertOfDemo(JsonNode result) throws Exception {
    assertNames(result, DEMO);
    assertDocumented();
  }

  private static void assertNames(JsonNode object, Set<String> expected) {
    assertThat(object.propertyNames()).as("%s", object).hasSameElementsAs(expected);
  }

  private static void assertDocumented() throws Exception {
    String manual = Files.readString(Path.of("../docs/cli.md"));
    for (Set<String> names :
        List.of(
            BACKUP,
            MORE_OF_BACKUP,
            SOURCE,
            FILE,
            MORE_OF_FILE,
            DEMO,
            Set.of("id", "place", "keyFile", "kit"),
            Set.of("anchor", "spread", "lsn", "time", "checksum", "target", "error"))) {
      assertThat(names).allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
    }
  }

  private static Set<String> union(Set<String> some, Set<String> more) {
    Set<String> all = new HashSet<>(some);
    all.addAll(more);
    return all;
  }
}
