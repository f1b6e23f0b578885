package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.EntrySorter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what the stream says of the cluster beside its files, and makes of it the entries that
 * the stream does not have: docs/postgresql.md, "What a backup of a cluster holds". The files that
 * Holdfast or the server makes for the backup take the owner and permissions of PG_VERSION, which
 * comes late in the stream; so they are settled when all has been read.
 */
final class StreamedEntries {
  private static final BytePath BASE = BytePath.of("base");
  private static final BytePath PG_VERSION = BytePath.of("PG_VERSION");

  private final EntrySorter entries;
  private final Map<BytePath, EntryMetadata> tablespaces = new TreeMap<>();
  private final Set<BytePath> foundTablespaces = new HashSet<>();
  private final Set<BytePath> damaged = new HashSet<>();
  private @Nullable EntryMetadata base;
  private @Nullable EntryMetadata ordinary;

  StreamedEntries(EntrySorter entries, List<BaseBackupStream.StreamedTablespace> streamed) {
    this.entries = entries;
    for (BaseBackupStream.StreamedTablespace tablespace : streamed) {
      if (tablespace.oid() != 0) {
        tablespaces.put(
            ClusterFileRules.TABLESPACES.resolve(Long.toString(tablespace.oid())),
            new EntryMetadata(0700, 0, 0, 0));
      }
    }
  }

  /** Looks at every member of the stream before anything is done with it. */
  void note(BaseBackupStream.Member member) {
    EntryMetadata metadata = StreamCopy.metadata(member);
    if (member.path().equals(PG_VERSION)) {
      ordinary = metadata;
    } else if (member.path().equals(BASE)) {
      base = metadata;
    }
    BytePath parent = member.path().parent();
    if (member.type() == NodeType.DIRECTORY && parent != null && tablespaces.containsKey(parent)) {
      tablespaces.put(parent, metadata);
      foundTablespaces.add(parent);
    }
  }

  /** Paths of the tablespaces whose version directory came. */
  Set<BytePath> tablespaces() {
    return Set.copyOf(foundTablespaces);
  }

  /** Adds a directory, but for those of tablespaces, which are made in the end. */
  void directory(BaseBackupStream.Member member) {
    if (!tablespaces.containsKey(member.path())) {
      entries.add(StreamCopy.metadata(member).entry(member.path(), NodeType.DIRECTORY).build());
    }
  }

  /** Adds a symbolic link. */
  void link(BaseBackupStream.Member member) {
    entries.add(
        StreamCopy.metadata(member)
            .entry(member.path(), NodeType.SYMLINK)
            .linkTarget(member.link())
            .build());
  }

  /** Adds a file that is made for the backup; from any thread. */
  void made(BytePath path, Content content) {
    entries.add(Entry.builder(path, NodeType.FILE).content(content).build());
  }

  /** Adds what only exists in the backup, when all has been read. */
  void finish(List<DamagedPage> late) {
    EntryMetadata directory = base;
    if (directory == null || ordinary == null) {
      throw new ServerProtocolException("The server sent a cluster without base or PG_VERSION");
    }
    entries.add(directory.made().entry(BytePath.EMPTY, NodeType.DIRECTORY).build());
    tablespaces.forEach(
        (path, metadata) -> entries.add(metadata.made().entry(path, NodeType.DIRECTORY).build()));
    late.forEach(page -> damaged.add(page.path()));
  }

  /** The entry as it goes into the manifest. */
  Entry settle(Entry entry) {
    EntryMetadata metadata = ordinary;
    if (metadata != null && isMade(entry)) {
      return metadata.made().entry(entry.path(), NodeType.FILE).content(entry.content()).build();
    }
    if (damaged.contains(entry.path())) {
      return EntryMetadata.of(entry)
          .entry(entry.path(), entry.type())
          .content(entry.content())
          .flags(new Entry.Flags(entry.flags().changedWhileRead(), true))
          .build();
    }
    return entry;
  }

  static boolean isLabel(BytePath path) {
    return path.equals(ClusterFileRules.BACKUP_LABEL)
        || path.equals(ClusterFileRules.TABLESPACE_MAP);
  }

  private static boolean isMade(Entry entry) {
    return entry.type() == NodeType.FILE
        && (isLabel(entry.path()) || ClusterFileRules.WAL_DIRECTORY.equals(entry.path().parent()));
  }
}
