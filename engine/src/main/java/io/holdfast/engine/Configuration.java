package io.holdfast.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A valid {@code holdfast.yaml}: every name that is referred to is there. In the order of the
 * document.
 *
 * @param repositories where backups are kept, by name; at least one
 * @param sources what is backed up, by name
 * @param policies which sources go together into which repository, by name
 */
public record Configuration(
    SequencedMap<String, RepositorySettings> repositories,
    SequencedMap<String, SourceSettings> sources,
    SequencedMap<String, PolicySettings> policies) {

  public Configuration {
    repositories = copy(repositories);
    sources = copy(sources);
    policies = copy(policies);
  }

  /**
   * The policy of this name.
   *
   * @param name empty: the only one
   * @throws UnknownNameException when there is no such policy, or several and none was named
   */
  public PolicySettings policy(String name) {
    return choose(policies, name, "policy");
  }

  /**
   * The repository of this name.
   *
   * @param name empty: the only one
   * @throws UnknownNameException when there is no such repository, or several and none was named
   */
  public RepositorySettings repository(String name) {
    return choose(repositories, name, "repository");
  }

  /**
   * The database of this name.
   *
   * @param name empty: the only one
   * @throws UnknownNameException when there is no such database, or several and none was named
   */
  public SourceSettings.Postgresql database(String name) {
    SequencedMap<String, SourceSettings.Postgresql> databases = new LinkedHashMap<>();
    for (SourceSettings source : sources.values()) {
      if (source instanceof SourceSettings.Postgresql database) {
        databases.put(database.name(), database);
      }
    }
    return choose(databases, name, "database");
  }

  private static <T> T choose(SequencedMap<String, T> all, String name, String kind) {
    if (name.isEmpty() && all.size() == 1) {
      return all.firstEntry().getValue();
    }
    T chosen = all.get(name);
    if (chosen == null) {
      throw UnknownNameException.of(kind, name, all.keySet());
    }
    return chosen;
  }

  private static <T> SequencedMap<String, T> copy(SequencedMap<String, T> map) {
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
  }
}
