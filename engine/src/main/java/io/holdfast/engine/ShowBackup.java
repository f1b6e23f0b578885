package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Shows what is in a backup. */
public final class ShowBackup {
  private final Surroundings surroundings;

  public ShowBackup(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What is to be shown.
   *
   * @param backup {@code latest} for the newest that holds what is wanted, an id, or the beginning
   *     of one
   * @param policy the backup is one of this policy; empty: of any
   * @param sources names of sources; empty: all
   * @param path a file or directory in them; empty: everything
   */
  public record Request(
      RepositorySettings repository,
      String backup,
      String policy,
      List<String> sources,
      BytePath path) {
    private SelectBackup.Wanted wanted() {
      return new SelectBackup.Wanted(backup, policy, sources, Set.of());
    }
  }

  /** Takes what is shown, bit by bit: however large the backup, nothing is gathered. */
  public interface Viewer {
    /** First of all, what there is to know about the backup. */
    void backup(BackupMetadata metadata);

    /** Then each file of each source, in the order of their paths. */
    void file(BackupFile file);
  }

  /**
   * Shows a backup.
   *
   * @return warnings of damage to the repository that was got over
   * @throws PathNotFoundException when none of the sources has the path
   */
  public List<String> run(Request request, Viewer viewer) {
    try (Repository repository = new OpenRepository(surroundings).open(request.repository())) {
      BackupRecord backup = SelectBackup.find(repository.backups(), request.wanted());
      List<SourceRecord> sources = SelectBackup.sources(backup, request.sources(), Set.of());
      ContentGate.Opened opened =
          new ContentGate(repository, surroundings)
              .open(
                  ContentAccess.Purpose.LIST,
                  backup,
                  sources,
                  request.path().isEmpty() ? List.of() : List.of(request.path().toString()));
      List<SourceRecord> having =
          sources.stream()
              .filter(
                  source ->
                      request.path().isEmpty()
                          || opened.manifest(source).find(request.path()).isPresent())
              .toList();
      if (having.isEmpty()) {
        throw new PathNotFoundException(request.path(), backup.id().value());
      }
      viewer.backup(BackupMetadata.of(backup));
      ContentReader contents = opened.contents();
      for (SourceRecord source : having) {
        show(
            opened.manifest(source),
            request.path(),
            entry -> viewer.file(BackupFile.of(source, entry, contents::isCompressed)));
      }
      return repository.warnings();
    }
  }

  private static void show(Manifest manifest, BytePath path, Consumer<Entry> viewer) {
    Manifest.Cursor entries = manifest.cursor(path);
    Predicate<Entry> wanted = entry -> entry.path().startsWith(path);
    while (entries.hasNext()) {
      Entry entry = entries.next();
      if (!wanted.test(entry)) {
        return;
      }
      viewer.accept(entry);
    }
  }
}
