package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.recovery.RecoveryPlan;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is restored.
 *
 * @param target the data directory to be; absolute
 * @param tablespaces where tablespaces go
 * @param force whether the data directory of another cluster may be replaced
 * @param owner who is to own the files, if the process may give them away; null for who owned them
 * @param settings server settings that are added to {@code postgresql.auto.conf}
 * @param workers files that are compared and prepared at once
 * @param progress told what was dealt with
 * @param recovery beyond the end of the backup; null to end there
 */
public record RestoreOptions(
    BytePath target,
    TablespaceMapping tablespaces,
    boolean force,
    @Nullable Owner owner,
    Map<String, String> settings,
    int workers,
    ReadProgress progress,
    @Nullable RecoveryPlan recovery) {

  /** User and group, by number. */
  public record Owner(long uid, long gid) {}

  public RestoreOptions {
    if (!target.isAbsolute() || !BytePath.EMPTY.resolve(target).equals(target)) {
      throw new IllegalArgumentException("not an absolute path: " + target);
    }
    settings = Map.copyOf(new TreeMap<>(settings));
  }

  /** To this place, as it was, over nothing else. */
  public static RestoreOptions to(BytePath target) {
    return new RestoreOptions(
        target, TablespaceMapping.none(), false, null, Map.of(), 4, ReadProgress.NONE, null);
  }

  public RestoreOptions with(TablespaceMapping mapping) {
    return new RestoreOptions(target, mapping, force, owner, settings, workers, progress, recovery);
  }

  public RestoreOptions forced() {
    return new RestoreOptions(
        target, tablespaces, true, owner, settings, workers, progress, recovery);
  }

  public RestoreOptions ownedBy(@Nullable Owner whom) {
    return new RestoreOptions(
        target, tablespaces, force, whom, settings, workers, progress, recovery);
  }

  public RestoreOptions withSettings(Map<String, String> more) {
    return new RestoreOptions(target, tablespaces, force, owner, more, workers, progress, recovery);
  }

  public RestoreOptions withProgress(ReadProgress listener) {
    return new RestoreOptions(
        target, tablespaces, force, owner, settings, workers, listener, recovery);
  }

  public RestoreOptions withRecovery(@Nullable RecoveryPlan plan) {
    return new RestoreOptions(target, tablespaces, force, owner, settings, workers, progress, plan);
  }
}
