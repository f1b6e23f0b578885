package io.holdfast.files;

import io.holdfast.posix.NodeType;
import io.holdfast.repository.ManifestRef;

/** Counts what goes into a backup. Of one thread. */
final class BackupTally {
  /** Where the content of a file came from. */
  enum Origin {
    READ,
    UNCHANGED,
    LINKED,
    NONE
  }

  private long files;
  private long directories;
  private long others;
  private long read;
  private long unchanged;
  private long linked;

  void count(NodeType type, Origin origin) {
    switch (type) {
      case FILE -> files++;
      case DIRECTORY -> directories++;
      case SYMLINK, FIFO, SOCKET, CHAR_DEVICE, BLOCK_DEVICE -> others++;
    }
    switch (origin) {
      case READ -> read++;
      case UNCHANGED -> unchanged++;
      case LINKED -> linked++;
      case NONE -> {}
    }
  }

  TreeBackupResult result(ManifestRef manifest, TreeWarnings warnings) {
    return new TreeBackupResult(
        manifest, files, directories, others, read, unchanged, linked, warnings);
  }
}
