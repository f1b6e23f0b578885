package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Restores a cluster from a backup: into an empty directory, or over the cluster's own data
 * directory, of which only pages that differ are replaced and what is not in the backup is removed.
 *
 * <p>The restored cluster, when it is started, recovers from the write-ahead log in the backup to
 * the stop of the backup, or from what is put there besides to a later point, and opens on a
 * timeline of its own; docs/decisions says why so.
 *
 * <p>Until all is there and on disk, a marker file is in the directory and the control file is not,
 * so no server can be started on half a cluster. A restore that was broken off is finished by
 * repeating it.
 */
public final class ClusterRestore {
  private static final int MAX_SETTINGS = 16 << 20;
  private static final BytePath UNFINISHED_CONTROL = BytePath.of("pg_control.restoring");

  private final Manifest manifest;
  private final ContentReader contents;
  private final RestoreOptions options;
  private final Ownership ownership;

  public ClusterRestore(Manifest manifest, ContentReader contents, RestoreOptions options) {
    this.manifest = manifest;
    this.contents = contents;
    this.options = options;
    this.ownership = Ownership.of(options);
  }

  /**
   * Looks whether the restore can begin, and writes nothing: reads what it needs of the backup to
   * decide that, and inspects the target and the places of the tablespaces. Directories above the
   * target may be absent; {@link #run} needs them.
   *
   * @return where tablespaces would go
   * @throws ClusterRestoreException if {@link #run} would refuse
   * @throws io.holdfast.repository.CorruptObjectException if the backup is damaged
   */
  public List<PlacedTablespace> check() {
    try {
      Plan plan = plan();
      target(plan).check(plan.tablespaces());
      return placed(plan.tablespaces());
    } catch (IOException e) {
      throw ClusterRestoreException.of(options.target(), e);
    }
  }

  /**
   * Restores.
   *
   * @throws ClusterRestoreException if the place may not be used, before anything changes, or
   *     cannot be written
   * @throws io.holdfast.repository.CorruptObjectException if the backup is damaged
   */
  public RestoredCluster run() {
    try {
      Plan plan = plan();
      RestoreTarget target = target(plan);
      RecoveryPlan recovery = options.recovery();
      if (recovery != null && recovery.exact() && target.holdsSomething()) {
        requirePossible(recovery.prove()); // before what is there is given up
      }
      try (TargetTree tree = target.take(plan.tablespaces())) {
        return restore(tree, plan);
      }
    } catch (IOException e) {
      throw ClusterRestoreException.of(options.target(), e);
    } catch (UncheckedIOException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      throw ClusterRestoreException.of(options.target(), cause);
    }
  }

  /**
   * What has to be known before anything is written.
   *
   * @param tablespaces where tablespaces go, by their paths in the backup
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, and not kept
  private record Plan(
      byte[] controlFile,
      ControlFile control,
      boolean fromStandby,
      Map<BytePath, BytePath> tablespaces) {}

  private Plan plan() {
    byte[] controlFile = required(ClusterFileRules.CONTROL_FILE, ControlFile.FILE_SIZE);
    ControlFile control = ControlFile.parse(controlFile);
    byte[] label = required(ClusterFileRules.BACKUP_LABEL, MAX_SETTINGS);
    return new Plan(
        controlFile, control, isFromStandby(label), options.tablespaces().locations(tablespaces()));
  }

  private RestoreTarget target(Plan plan) {
    return new RestoreTarget(options.target(), options.force(), plan.control());
  }

  /** Whether a restore into this directory has begun and not ended; {@link #run} finishes it. */
  public static boolean isUnfinished(BytePath target) {
    try (DirectoryHandle root = DirectoryHandle.open(target)) {
      return RestoreMarker.isThere(root);
    } catch (PosixException e) {
      throw ClusterRestoreException.of(target, e);
    }
  }

  private RestoredCluster restore(TargetTree tree, Plan plan) throws IOException {
    Map<BytePath, BytePath> tablespaces = plan.tablespaces();
    RecoveryPlan recovery = options.recovery();
    long wal = recovery == null ? 0 : recovery.walBytes();
    options.progress().expected(manifest.ref().bytes() + wal);
    long removed = new RemoveStrangers(tree, tablespaces, manifest).run();
    new RestoreDirectories(tree, tablespaces, ownership).run(manifest);
    try (RestoreTargets targets =
        new RestoreTargets(
            tree, manifest, contents, ownership, options.progress(), options.workers())) {
      contents.read(targets);
      markSegmentsArchived(tree);
      List<String> warnings = new ArrayList<>();
      RecoveryEnd end = RecoveryEnd.ofBackup(plan.fromStandby());
      RecoveryStop stop = null;
      if (recovery != null) {
        stop = putWal(tree, plan, recovery, warnings);
        warnings.addAll(requirePossible(stop));
        end = RecoveryEnd.at(stop, recovery.base().timeline(), plan.fromStandby());
      }
      writeRecoverySettings(tree, plan, end);
      tree.sync();
      writeControlFile(tree, plan.controlFile());
      RestoreMarker.remove(tree.root());
      return new RestoredCluster(
          plan.control(),
          targets.files(),
          targets.bytes(),
          targets.fetchedBytes(),
          removed,
          placed(tablespaces),
          Optional.ofNullable(stop),
          warnings);
    }
  }

  /** Behind that of the backup. */
  private RecoveryStop putWal(
      TargetTree tree, Plan plan, RecoveryPlan recovery, List<String> warnings) throws IOException {
    EntryMetadata like = EntryMetadata.of(ordinaryFile());
    PutWal put =
        new PutWal(
            tree,
            recovery,
            plan.fromStandby(),
            options.progress(),
            file -> ownership.apply(file, like, false));
    RecoveryStop stop = put.run();
    warnings.addAll(put.warnings());
    return stop;
  }

  /**
   * A tablespace that was created after the backup is created again by recovery, in its original
   * place; there may be the files of the living cluster.
   *
   * @return what to know before the server is started
   * @throws ClusterRestoreException if something is in such a place
   */
  private static List<String> requirePossible(RecoveryStop stop) throws IOException {
    List<String> warnings = new ArrayList<>();
    for (WalEvent.TablespaceCreated created : stop.tablespaces()) {
      if (!created.location().isEmpty()) {
        if (!RestoreTarget.isFree(BytePath.of(created.location()))) {
          throw ClusterRestoreException.refused(
              "the recovery would create tablespace "
                  + created.oid()
                  + " in "
                  + created.location()
                  + ", as the source did after the backup, and something is there",
              "Restore on another host, or to a moment before that, or empty the directory if nobody"
                  + " needs it.");
        }
        warnings.add(
            "the recovery creates tablespace %d in %s: make that directory for the server first"
                .formatted(created.oid(), created.location()));
      }
    }
    WalEvent.LimitsChanged limits = stop.limits();
    if (limits != null) {
      warnings.add(
          "the limits of the source were changed after the backup: where the restored settings are"
              + " lower, the server stops in its recovery. They were max_connections = %d,"
                  .formatted(limits.maxConnections())
              + " max_worker_processes = %d, max_wal_senders = %d,"
                  .formatted(limits.maxWorkers(), limits.maxWalSenders())
              + " max_prepared_transactions = %d, max_locks_per_transaction = %d"
                  .formatted(limits.maxPrepared(), limits.maxLocks()));
    }
    return warnings;
  }

  private List<PlacedTablespace> placed(Map<BytePath, BytePath> places) {
    return tablespaces().stream()
        .map(
            tablespace ->
                new PlacedTablespace(
                    tablespace.oid(),
                    Objects.requireNonNull(places.get(tablespace.path())),
                    tablespace.location()))
        .toList();
  }

  private List<Tablespace> tablespaces() {
    byte[] map = optional(ClusterFileRules.TABLESPACE_MAP, TablespaceMap.MAX_BYTES);
    try {
      return map == null
          ? List.of()
          : TablespaceMap.parse(map).stream()
              .filter(tablespace -> !tablespace.isInPlace())
              .toList();
    } catch (IllegalArgumentException e) {
      throw ClusterRestoreException.incomplete("its tablespace_map is damaged");
    }
  }

  private byte[] required(BytePath path, int maximum) {
    byte[] bytes = optional(path, maximum);
    if (bytes == null) {
      throw ClusterRestoreException.incomplete("it has no " + path);
    }
    return bytes;
  }

  private byte @Nullable [] optional(BytePath path, int maximum) {
    Content content = manifest.find(path).map(Entry::content).orElse(null);
    if (content == null) {
      return null;
    }
    if (content.length() > maximum) {
      throw ClusterRestoreException.incomplete("its " + path + " is too long");
    }
    return contents.readSmall(content, maximum);
  }

  /**
   * What the source wrote to its log it also archived: the restored cluster must not do it again.
   */
  private void markSegmentsArchived(TargetTree tree) throws IOException {
    try (DirectoryHandle status = tree.open(ClusterFileRules.ARCHIVE_STATUS)) {
      BytePath wal = ClusterFileRules.WAL_DIRECTORY;
      for (Iterator<Entry> entries = manifest.cursor(wal); entries.hasNext(); ) {
        Entry entry = entries.next();
        if (!entry.path().startsWith(wal)) {
          return;
        }
        if (entry.type() == NodeType.FILE && wal.equals(entry.path().parent())) {
          write(status, BytePath.of(entry.path().name() + ".done"), new byte[0]);
        }
      }
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
    }
  }

  /** As PostgreSQL reads the label, xlogrecovery.c, read_backup_label. */
  private static boolean isFromStandby(byte[] label) {
    return new String(label, StandardCharsets.ISO_8859_1)
        .lines()
        .anyMatch("BACKUP FROM: standby"::equals);
  }

  /** Whether directories in pg_tblspc are tablespaces themselves, rather than links to them. */
  private boolean hasTablespacesInPlace(Map<BytePath, BytePath> linked) {
    BytePath all = ClusterFileRules.TABLESPACES;
    for (Iterator<Entry> entries = manifest.cursor(all); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (!entry.path().startsWith(all)) {
        return false;
      }
      if (all.equals(entry.path().parent()) && !linked.containsKey(entry.path())) {
        return true;
      }
    }
    return false;
  }

  private void writeRecoverySettings(TargetTree tree, Plan plan, RecoveryEnd end)
      throws IOException {
    byte[] before = optional(RestoreRules.AUTO_CONF, MAX_SETTINGS);
    byte[] settings =
        new RecoverySettings(end, hasTablespacesInPlace(plan.tablespaces()), options.settings())
            .applyTo(before == null ? new byte[0] : before);
    write(tree.root(), RestoreRules.AUTO_CONF, settings);
    write(tree.root(), RestoreRules.RECOVERY_SIGNAL, new byte[0]);
  }

  /** Under another name first, so that it is either not there or whole. */
  private void writeControlFile(TargetTree tree, byte[] bytes) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("restoring a cluster");
    }
    try (DirectoryHandle global = tree.open(BytePath.of("global"))) {
      write(global, UNFINISHED_CONTROL, bytes);
      global.rename(UNFINISHED_CONTROL, global, ClusterFileRules.CONTROL_FILE.name());
      global.sync();
    }
  }

  private void write(DirectoryHandle directory, BytePath name, byte[] bytes) throws IOException {
    RemoveTree.fileIfPresent(directory, name);
    try (FileHandle file = directory.createFile(name, 0600)) {
      file.write(0, bytes, 0, bytes.length);
      ownership.apply(file, EntryMetadata.of(ordinaryFile()), false);
      file.sync();
    }
    directory.sync();
  }

  /** Whose owner and permissions others get. */
  private Entry ordinaryFile() {
    return manifest
        .find(ClusterFileRules.BACKUP_LABEL)
        .orElseThrow(() -> ClusterRestoreException.incomplete("it has no backup_label"));
  }
}
