package io.holdfast.engine;

import java.util.List;

/**
 * Sources that are backed up together, as one recovery point, and the repository they go to.
 *
 * @param repository the name of a configured repository
 * @param sources the names of configured sources; at least one, no name twice
 */
public record PolicySettings(String name, String repository, List<String> sources) {
  public PolicySettings {
    sources = List.copyOf(sources);
  }
}
