package io.holdfast.postgres;

import io.holdfast.posix.Accounts;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.Node;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Gives restored files their permissions, times and, where the process may, their owner.
 *
 * @param owner who is to own all of them; null for who owned them at the source
 * @param privileged whether files may be given away
 */
record Ownership(RestoreOptions.@Nullable Owner owner, boolean privileged) {
  /** What a server lets others do at most: its group may read. */
  private static final int WIDEST_FILE = 0640;

  private static final int WIDEST_DIRECTORY = 0750;

  static Ownership of(RestoreOptions options) {
    return new Ownership(options.owner(), Accounts.effectiveUser() == 0);
  }

  void apply(Node node, Entry entry) throws PosixException {
    EntryMetadata metadata = EntryMetadata.of(entry);
    boolean directory = node.status().isDirectory();
    apply(node, metadata, directory);
    if (!directory && metadata.modified() != 0) {
      FileTimestamp time = entry.modified();
      node.setTimes(time, time);
    }
  }

  /** Without times. */
  void apply(Node node, EntryMetadata metadata, boolean directory) throws PosixException {
    if (privileged) {
      RestoreOptions.Owner whom = owner;
      node.setOwner(
          whom == null ? metadata.uid() : whom.uid(), whom == null ? metadata.gid() : whom.gid());
    }
    int widest = directory ? WIDEST_DIRECTORY : WIDEST_FILE;
    int least = directory ? 0700 : 0600;
    node.setPermissions((metadata.mode() & widest) | least);
  }
}
