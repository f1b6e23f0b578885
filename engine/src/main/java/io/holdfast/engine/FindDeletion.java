package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.ClusterRestore;
import io.holdfast.postgres.DeletedRow;
import io.holdfast.postgres.LookUpRow;
import io.holdfast.postgres.RestoreOptions;
import io.holdfast.postgres.RestoredCluster;
import io.holdfast.postgres.ScratchServer;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import io.holdfast.postgres.TablespaceMapping;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.recovery.SearchRow;
import io.holdfast.postgres.recovery.TraceRow;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the transaction that deleted a row: a scratch server on a backup says where it lies, or how
 * its key is stored, by which it is found in the write-ahead log where it was made later; and from
 * there it is followed through the log.
 */
public final class FindDeletion {
  private static final int MOST_LOOKS = 20;

  private final Surroundings surroundings;

  public FindDeletion(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Which row, and where to look for it.
   *
   * @param source the database's settings in the configuration
   * @param timeline on the way to which the deletion lies; null for the newest
   * @param target where the database is going to be restored
   * @param overwrite whether something may be replaced there
   * @param scratch a new directory, for a copy of the whole cluster; it is removed again
   * @param programs where a server's programs are; empty: in the usual places
   */
  public record Request(
      RepositorySettings repository,
      SourceSettings.Postgresql source,
      DeletedRow row,
      @Nullable Timeline timeline,
      BytePath target,
      boolean overwrite,
      Path scratch,
      Optional<Path> programs) {}

  /**
   * What was found.
   *
   * @param target to which a recovery still has the row
   * @param xid of the transaction that deleted it
   * @param time at which that was committed, by the server's clock
   */
  public record Found(RecoveryRequest target, long xid, Instant time) {}

  /**
   * Looks for it.
   *
   * @throws RecoveryTargetException if it is not found
   * @throws RestoreException if there is no server to look with
   */
  public Found run(Request request, ProgressListener progress) {
    if (!request.overwrite()) {
      RestoreTargets.requireUsable(request.target());
    }
    try (Repository repository =
        new OpenRepository(surroundings).openToReadMuch(request.repository())) {
      return new Search(repository, request, progress).run();
    }
  }

  private final class Search {
    private final Repository repository;
    private final Request request;
    private final ProgressListener progress;
    private final ServerAccount account = ServerAccount.unprivileged();

    /** Each takes a restore of the cluster. */
    private int looks;

    Search(Repository repository, Request request, ProgressListener progress) {
      this.repository = repository;
      this.request = request;
      this.progress = progress;
    }

    Found run() {
      boolean table = false;
      Lsn searched = null;
      for (RecoveryPlan plan :
          ChooseRecovery.toTheEnds(
              repository, request.source().name(), request.timeline(), surroundings)) {
        Lsn stop = plan.base().stop();
        LookUpRow.Known known =
            lookAt(at(plan, stop, false), server -> LookUpRow.on(server, request.row()));
        Optional<Found> found = lastEnd(plan, known, searched == null ? plan.reach() : searched);
        if (found.isPresent()) {
          return found.get();
        }
        if (!(known.answer() instanceof LookUpRow.Answer.NoTable)) {
          table = true;
          searched = stop;
        }
      }
      throw RecoveryTargetException.notFound(
          table
              ? "no backup has the row " + request.row() + ", nor was it made behind one"
              : "no backup has a table " + request.row().place(),
          table
              ? "Look whether it is the right key, database and timeline; else choose a time with"
                  + " --at."
              : DeletedRow.HOW_TO_WRITE);
    }

    /**
     * How the row went that was there last, of those that a backup has or that were made behind it.
     *
     * @param to behind it no row is looked for
     * @return nothing if there was none
     */
    private Optional<Found> lastEnd(RecoveryPlan plan, LookUpRow.Known known, Lsn to) {
      Lsn stop = plan.base().stop();
      TraceRow trace = new TraceRow(plan);
      boolean isThere = false;
      for (SearchRow.Made made : new SearchRow(plan, known.files()).between(stop, to).reversed()) {
        Optional<TraceRow.Gone> gone =
            trace.from(made.end(), made.relation(), made.place(), Set.of());
        if (gone.isPresent() && isReal(plan, known, made, gone.get())) {
          Optional<Found> found = found(plan, known, gone.get());
          if (found.isPresent()) {
            return found;
          }
          isThere = true;
        }
        isThere |= gone.isEmpty() && made.isKnown();
      }
      if (known.answer() instanceof LookUpRow.Answer.Row(LookUpRow.Found row)) {
        Optional<Found> found =
            trace
                .from(stop, row.relation(), row.place(), row.holders())
                .flatMap(gone -> found(plan, known, gone));
        if (found.isPresent()) {
          return found;
        }
        isThere = true;
      }
      if (isThere) {
        throw RecoveryTargetException.notFound(
            request.row() + " is still there at " + plan.reach() + ", where the log ends",
            "Look whether it is the right database and timeline; see: holdfast window");
      }
      return Optional.empty();
    }

    /** Whether others saw it, and in this table: a file that came later may be of another. */
    private boolean isReal(
        RecoveryPlan plan, LookUpRow.Known known, SearchRow.Made made, TraceRow.Gone gone) {
      if (gone.xid() == made.xid()) {
        return false;
      }
      if (!made.isKnown() && looks++ == MOST_LOOKS) {
        throw RecoveryTargetException.notFound(
            MOST_LOOKS
                + " rows with that key went from tables that came after the backup, and none of them"
                + " was "
                + request.row(),
            "Choose a time with --at.");
      }
      return made.isKnown()
          || lookAt(at(plan, gone.record(), false), known::again) instanceof LookUpRow.Answer.Row;
    }

    /**
     * Follows the row on where it is elsewhere after that.
     *
     * @return nothing if it is still there at the end
     */
    private Optional<Found> found(RecoveryPlan plan, LookUpRow.Known known, TraceRow.Gone first) {
      TraceRow.Gone end = first;
      requireDatabase(end);
      while (lookAt(at(plan, end.record(), true), known::again)
          instanceof LookUpRow.Answer.Row(LookUpRow.Found elsewhere)) {
        // rewritten, or made anew by the same transaction
        Optional<TraceRow.Gone> next =
            new TraceRow(plan)
                .from(end.end(), elsewhere.relation(), elsewhere.place(), elsewhere.holders());
        if (next.isEmpty()) {
          return Optional.empty();
        }
        end = next.get();
        requireDatabase(end);
      }
      return Optional.of(
          new Found(
              new RecoveryRequest(
                  new RecoveryTarget.Position(end.record()), false, plan.way().timeline()),
              end.xid(),
              end.time()));
    }

    /** Its files go while it is dropped, long before the commit, and it counts as half dropped. */
    private void requireDatabase(TraceRow.Gone end) {
      if (end.database()) {
        throw RecoveryTargetException.notFound(
            "the database of %s was dropped by transaction %d, committed at %s"
                .formatted(request.row(), end.xid(), end.time()),
            "Choose a time before that was begun, with --at.");
      }
    }

    private static RecoveryPlan at(RecoveryPlan plan, Lsn position, boolean inclusive) {
      return new RecoveryPlan(
          plan.archive(),
          plan.base(),
          plan.way(),
          new RecoveryTarget.Position(position),
          inclusive,
          plan.reach(),
          plan.histories(),
          true,
          plan.newest(),
          List.of());
    }

    /** Asks a scratch server that ends its recovery as planned. */
    private <T> T lookAt(RecoveryPlan plan, Function<ScratchServer, T> ask) {
      ServerBinaries binaries = binaries(plan.archive().log().major());
      try {
        Path scratch = Files.createDirectory(request.scratch());
        try {
          account.own(scratch);
          Path data = scratch.resolve("data");
          restore(plan, data, scratch.resolve("tablespaces"));
          try (ScratchServer server =
              ScratchServer.start(
                  binaries,
                  account,
                  data,
                  scratch,
                  request.source().user(),
                  request.source().database())) {
            return ask.apply(server);
          }
        } finally {
          RemoveTree.at(BytePath.of(scratch.toString()));
        }
      } catch (FileAlreadyExistsException e) {
        throw new RestoreException(
            FailureCategory.CONFLICT,
            request.scratch() + " is needed for a scratch server, and is there",
            "remove it if a search left it that was killed");
      } catch (IOException e) {
        throw new RestoreException(
            FailureCategory.UNAVAILABLE,
            "cannot use " + request.scratch() + " for a scratch server: " + e,
            "the directory above it has to be there, with space for the whole cluster");
      }
    }

    private ServerBinaries binaries(int major) {
      return request
          .programs()
          .map(ServerBinaries::in)
          .or(() -> ServerBinaries.installed(major))
          .filter(found -> found.major() == major)
          .orElseThrow(() -> noServer(major));
    }

    private void restore(RecoveryPlan plan, Path data, Path tablespaces) throws IOException {
      BackupRecord backup = repository.backups().find(plan.base().id());
      List<SourceRecord> sources =
          SelectBackup.sources(backup, List.of(request.source().name()), Set.of());
      ContentGate.Opened opened =
          new ContentGate(repository, surroundings)
              .open(ContentAccess.Purpose.SEARCH, backup, sources, List.of());
      SourceRecord source = sources.getFirst();
      BytePath target = BytePath.of(data.toString());
      Files.createDirectory(tablespaces);
      progress.started(source.name(), source.manifest().bytes());
      RestoredCluster restored =
          new ClusterRestore(
                  opened.manifest(source),
                  opened.contents(),
                  RestoreOptions.to(target)
                      .with(TablespaceMapping.below(BytePath.of(tablespaces.toString())))
                      .withRecovery(plan)
                      .withProgress(new DatabaseReader.Steps(source.name(), progress)))
              .run();
      if (restored.recovery().stream().anyMatch(FindDeletion::createsElsewhere)) {
        throw new RestoreException(
            FailureCategory.UNSUPPORTED,
            "a tablespace was created on the way, and a scratch server would create it again there",
            "make a backup after creating tablespaces, or choose a time with --at");
      }
      account.ownTree(tablespaces);
      progress.finished(source.name());
    }
  }

  private static boolean createsElsewhere(RecoveryStop stop) {
    return stop.tablespaces().stream().anyMatch(created -> !created.location().isEmpty());
  }

  private static RestoreException noServer(int major) {
    return new RestoreException(
        FailureCategory.UNSUPPORTED,
        "there is no PostgreSQL " + major + " on this machine to look into the backup with",
        "install it, say where it is with --postgres-bin, or choose a time with --at");
  }
}
