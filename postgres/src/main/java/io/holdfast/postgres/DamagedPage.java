package io.holdfast.postgres;

import io.holdfast.posix.BytePath;

/**
 * A page whose checksum is wrong and which recovery will not replace.
 *
 * @param path the file, relative to the data directory
 * @param relation what the file belongs to
 * @param block number of the page in the relation's fork, counted over all segment files
 */
public record DamagedPage(BytePath path, RelationFile relation, long block) {

  /** For people: what is damaged and how to find it. */
  @Override
  public String toString() {
    return "block " + block + " of " + relation + " (" + path + ")";
  }
}
