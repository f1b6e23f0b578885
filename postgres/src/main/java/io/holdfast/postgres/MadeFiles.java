package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ByteSource;
import io.holdfast.repository.Content;
import io.holdfast.repository.EntrySorter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Adds to a backup the files that are not in the data directory of the cluster. Thread-safe. */
final class MadeFiles {
  private final BackupSession session;
  private final EntrySorter entries;
  private final EntryMetadata metadata;

  /**
   * @param ordinary metadata of an ordinary file of the cluster; PG_VERSION is one
   */
  MadeFiles(BackupSession session, EntrySorter entries, EntryMetadata ordinary) {
    this.session = session;
    this.entries = entries;
    this.metadata = ordinary.made();
  }

  /** Adds the labels that the server gave at the end, byte for byte. */
  void labels(byte[] backupLabel, byte[] tablespaceMap) throws IOException {
    add(ClusterFileRules.BACKUP_LABEL, new ByteArrayInputStream(backupLabel));
    if (tablespaceMap.length > 0) {
      add(ClusterFileRules.TABLESPACE_MAP, new ByteArrayInputStream(tablespaceMap));
    }
  }

  /** Adds a segment of the write-ahead log. */
  void walSegment(WalSegmentName name, InputStream bytes) throws IOException {
    add(ClusterFileRules.WAL_DIRECTORY.resolve(name.toString()), bytes);
  }

  /** Adds a file of these bytes, read to their end. */
  void add(BytePath path, InputStream bytes) throws IOException {
    ByteSource source = bytes::read;
    Content content = session.write(source);
    entries.add(metadata.entry(path, NodeType.FILE).content(content).build());
  }
}
