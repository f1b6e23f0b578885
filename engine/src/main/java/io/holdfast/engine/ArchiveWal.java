package io.holdfast.engine;

import io.holdfast.postgres.archiving.FetchWal;
import io.holdfast.postgres.archiving.PushWal;
import io.holdfast.repository.Repository;
import java.nio.file.Path;
import java.util.Optional;

/** Does what a server's archive_command and restore_command ask for. */
public final class ArchiveWal implements AutoCloseable {
  /** Bytes: three segments of the usual size. */
  private static final int AHEAD = 48 << 20;

  private final Repository repository;
  private final PushWal push;
  private final FetchWal fetch;

  private ArchiveWal(Repository repository, PushWal push, FetchWal fetch) {
    this.repository = repository;
    this.push = push;
    this.fetch = fetch;
  }

  /**
   * Opens the repository.
   *
   * @param source name of a database of the configuration; empty: the only one
   * @param repository name of a repository of the configuration; empty: the only one
   * @throws UnknownNameException if there is no such database or repository
   */
  public static ArchiveWal open(
      Surroundings surroundings, Configuration configuration, String source, String repository) {
    return open(surroundings, configuration, source, repository, 0);
  }

  /** As above, for a process that stays: reads segments before a server asks for them. */
  public static ArchiveWal openToStay(
      Surroundings surroundings, Configuration configuration, String source, String repository) {
    return open(surroundings, configuration, source, repository, AHEAD);
  }

  private static ArchiveWal open(
      Surroundings surroundings,
      Configuration configuration,
      String source,
      String repository,
      int ahead) {
    String name = configuration.database(source).name();
    Repository opened = new OpenRepository(surroundings).open(configuration.repository(repository));
    return new ArchiveWal(
        opened,
        new PushWal(opened.logs(), name, surroundings.clock()),
        new FetchWal(opened.logs(), name, ahead));
  }

  /**
   * Stores a file of a server's log; when this returns it is durable.
   *
   * @return what an operator is to know although the file is stored
   */
  public Optional<String> push(Path file) {
    return push.push(file);
  }

  /**
   * Brings back a file of a server's log.
   *
   * @return false if the repository has no such file
   */
  public boolean fetch(String name, Path to) {
    return fetch.fetch(name, to);
  }

  @Override
  public void close() {
    fetch.close();
    repository.close();
  }
}
