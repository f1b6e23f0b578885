package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import java.util.List;

/**
 * The one way to the content of backups: nothing else in the product asks a repository for a
 * manifest or for content. Every access is told first; refusing one (residency, erasure) will be
 * decided here too.
 */
final class ContentGate {
  private final Repository repository;
  private final Surroundings surroundings;

  ContentGate(Repository repository, Surroundings surroundings) {
    this.repository = repository;
    this.surroundings = surroundings;
  }

  /** What was let through: sources of one backup. */
  final class Opened {
    private final List<SourceRecord> sources;

    private Opened(List<SourceRecord> sources) {
      this.sources = sources;
    }

    List<SourceRecord> sources() {
      return sources;
    }

    /** The entries of one of the {@link #sources}, the very same. */
    @SuppressWarnings("ReferenceEquality") // to compare records takes 8 ms at every start
    Manifest manifest(SourceRecord source) {
      if (sources.stream().noneMatch(opened -> opened == source)) {
        throw new IllegalArgumentException("the source " + source.name() + " was not asked for");
      }
      return repository.manifest(source);
    }

    ContentReader contents() {
      return repository.contents();
    }
  }

  /**
   * Opens sources of a backup.
   *
   * @param paths what is asked for in them; empty: all
   */
  Opened open(
      ContentAccess.Purpose purpose,
      BackupRecord backup,
      List<SourceRecord> sources,
      List<String> paths) {
    surroundings
        .accesses()
        .accept(
            new ContentAccess(
                surroundings.clock().instant(),
                System.getProperty("user.name", "?") + "@" + surroundings.client(),
                purpose,
                repository.id(),
                backup.id(),
                sources.stream().map(SourceRecord::name).toList(),
                paths));
    return new Opened(List.copyOf(sources));
  }
}
