package io.holdfast.engine;

import io.holdfast.files.TreeRestore;
import io.holdfast.files.TreeRestoreOptions;
import io.holdfast.files.TreeRestoreResult;
import io.holdfast.files.TreeWarning;
import io.holdfast.posix.BytePath;
import io.holdfast.postgres.ClusterRestore;
import io.holdfast.postgres.CompareMachine;
import io.holdfast.postgres.MachineComparison;
import io.holdfast.postgres.PlacedTablespace;
import io.holdfast.postgres.RestoreOptions;
import io.holdfast.postgres.RestoredCluster;
import io.holdfast.postgres.TablespaceMapping;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Restores one source. */
final class RestoreSource {
  private final RunRestore.Request request;
  private final RestoreTargets targets;
  private final ContentGate.Opened opened;
  private final Map<String, RecoveryPlan> recoveries;
  private final ProgressListener progress;
  private final TablespaceMapping tablespaces;

  /**
   * @param recoveries of databases that are to be recovered beyond the backup, by their names
   * @throws io.holdfast.postgres.ClusterRestoreException if a mapping of tablespaces is malformed
   */
  RestoreSource(
      RunRestore.Request request,
      RestoreTargets targets,
      ContentGate.Opened opened,
      Map<String, RecoveryPlan> recoveries,
      ProgressListener progress) {
    this.request = request;
    this.targets = targets;
    this.opened = opened;
    this.recoveries = recoveries;
    this.progress = progress;
    this.tablespaces = TablespaceMapping.parse(request.tablespaces());
  }

  /** Whether a restore of this source into a directory has begun and not ended. */
  boolean isUnfinished(SourceRecord source, BytePath target) {
    return source.type() == SourceType.DATABASE
        ? ClusterRestore.isUnfinished(target)
        : treeRestore(source).isUnfinished(target);
  }

  /**
   * Looks whether {@link #run} would be refused, and changes nothing.
   *
   * @return the directories that it would write to
   * @throws io.holdfast.storage.HoldfastException if it would be
   */
  List<BytePath> check(SourceRecord source) {
    BytePath target = targets.of(source);
    List<BytePath> places = new ArrayList<>(List.of(target));
    if (source.type() == SourceType.DATABASE) {
      clusterRestore(source, target).check().stream()
          .map(PlacedTablespace::place)
          .forEach(places::add);
    } else {
      treeRestore(source).check(target);
    }
    return places;
  }

  RunRestore.Restored run(SourceRecord source) {
    BytePath target = targets.of(source);
    try {
      return source.type() == SourceType.DATABASE ? database(source, target) : tree(source, target);
    } finally {
      progress.finished(source.name());
    }
  }

  private RunRestore.Restored database(SourceRecord source, BytePath target) {
    MachineComparison machine = CompareMachine.withThis(source.details());
    RestoredCluster cluster = clusterRestore(source, target).run();
    List<String> warnings = new ArrayList<>(machine.warnings());
    warnings.addAll(cluster.warnings());
    RecoveryPlan recovery = recoveries.get(source.name());
    if (recovery != null) {
      warnings.addAll(recovery.warnings());
    }
    return new RunRestore.Restored(
        source.name(),
        source.type(),
        target,
        cluster.files(),
        cluster.bytes(),
        cluster.fetchedBytes(),
        warnings,
        warnings.size(),
        cluster.tablespaces(),
        machine.reindex(),
        request.at().isEmpty()
            ? Optional.empty()
            : cluster.recovery().map(RestoreSource::recovery));
  }

  private static RunRestore.Recovery recovery(RecoveryStop stop) {
    return new RunRestore.Recovery(stop.timeline().id(), stop.end().toString(), stop.lastCommit());
  }

  private ClusterRestore clusterRestore(SourceRecord source, BytePath target) {
    RestoreOptions options =
        RestoreOptions.to(target)
            .with(tablespaces)
            .withRecovery(recoveries.get(source.name()))
            .withProgress(new DatabaseReader.Steps(source.name(), progress));
    return new ClusterRestore(
        opened.manifest(source), opened.contents(), request.replace() ? options.forced() : options);
  }

  private RunRestore.Restored tree(SourceRecord source, BytePath target) {
    progress.started(source.name(), request.paths().isEmpty() ? source.manifest().bytes() : 0);
    TreeRestoreResult result = treeRestore(source).run(target);
    return new RunRestore.Restored(
        source.name(),
        source.type(),
        target,
        result.files(),
        result.bytes(),
        result.bytes(),
        result.warnings().first().stream().map(TreeWarning::toString).toList(),
        result.warnings().total(),
        List.of(),
        List.of(),
        Optional.empty());
  }

  private TreeRestore treeRestore(SourceRecord source) {
    TreeRestoreOptions options =
        TreeRestoreOptions.defaults()
            .withPaths(request.paths())
            .withOverwrite(targets.mayReplace(source))
            .withOwnership(
                isRoot()
                    ? TreeRestoreOptions.Ownership.BY_NUMBER
                    : TreeRestoreOptions.Ownership.WHOEVER_RESTORES);
    return new TreeRestore(
        opened.manifest(source),
        opened.contents(),
        options,
        new TreeReader.TreeSteps(source.name(), progress));
  }

  /** Only root can give files away; for others, owners are not worth a warning for each file. */
  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException _) {
      return false; // no /proc: the owners are left alone
    }
  }
}
