package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the machine that a cluster is restored on with what the record of its backup says about
 * the one that it ran on. No server runs yet, so what is compared is the processor, the C library,
 * and the installed server of the same major version, if there is one.
 */
public final class CompareMachine {
  private final RecordedDetails cluster;
  private final String processor;
  private final Optional<ServerBinaries> installed;
  private final CollationLibraries libraries;

  CompareMachine(
      RecordedDetails cluster,
      String processor,
      Optional<ServerBinaries> installed,
      CollationLibraries libraries) {
    this.cluster = cluster;
    this.processor = processor;
    this.installed = installed;
    this.libraries = libraries;
  }

  /**
   * Compares with the machine that this process runs on. Never fails: what could not be looked at
   * is a warning.
   *
   * @param details of the cluster, from the record of the backup ({@link ClusterDetails#toMap})
   */
  public static MachineComparison withThis(Map<String, Object> details) {
    RecordedDetails cluster = new RecordedDetails(details);
    String processor = System.getProperty("os.arch", "");
    int major = (int) cluster.number("major").orElse(0);
    try {
      Optional<ServerBinaries> installed = ServerBinaries.installed(major);
      return new CompareMachine(cluster, processor, installed, new ServerLibraries(installed))
          .run();
    } catch (LocalServerException e) {
      List<String> warnings = new ArrayList<>();
      warnings.add("the installed PostgreSQL " + major + " was not compared: " + e.getMessage());
      MachineComparison without =
          new CompareMachine(
                  cluster, processor, Optional.empty(), new ServerLibraries(Optional.empty()))
              .run();
      warnings.addAll(without.warnings());
      return new MachineComparison(warnings, without.reindex());
    }
  }

  MachineComparison run() {
    List<String> warnings = new ArrayList<>();
    compareProcessor(warnings);
    installed.ifPresent(
        binaries ->
            warnings.addAll(new CompareServer(cluster, new InstalledServer(binaries)).run()));
    MachineComparison collations = new CompareCollations(cluster, libraries).run();
    warnings.addAll(collations.warnings());
    return new MachineComparison(warnings, collations.reindex());
  }

  private void compareProcessor(List<String> warnings) {
    String wanted = cluster.text("machine").orElse("");
    String here = processor.equals("amd64") ? "x86_64" : processor;
    if (!wanted.isEmpty() && !wanted.equals(here)) {
      warnings.add(
          "the cluster ran on "
              + wanted
              + ", and this machine is "
              + here
              + ": PostgreSQL does not promise that a data directory works on another processor;"
              + " start it on one of the first kind, and move the data with pg_dump");
    }
  }
}
