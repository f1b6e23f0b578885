package io.holdfast.postgres.archiving;

import io.holdfast.posix.Accounts;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Brings back files that a server asks its restore_command for. Of a segment of which the
 * repository has the beginning only, the rest is zeros: the server ends there, or asks again later.
 * Thread-safe.
 */
public final class FetchWal implements AutoCloseable {
  private static final long ROOT = 0;
  private final WalArchives archives;
  private final String source;
  private final ReadAhead ahead;

  /**
   * @param source name of the cluster in the configuration
   * @param ahead bytes of the segments after one that was fetched to have in memory before they are
   *     asked for; 0: none
   */
  public FetchWal(WalArchives archives, String source, int ahead) {
    this.archives = archives;
    this.source = source;
    this.ahead = new ReadAhead(ahead);
  }

  /**
   * Brings back a file.
   *
   * @param name as the server names it
   * @param to where it is to be; what is there is replaced, at once
   * @return false if the repository has no such file
   * @throws WalFileException if it cannot be written
   * @throws io.holdfast.storage.HoldfastException if it is there and cannot be had
   */
  public boolean fetch(String name, Path to) {
    try {
      return switch (ArchivedFile.of(name)) {
        case ArchivedFile.Segment segment -> segment(segment.name(), to);
        case ArchivedFile.History history -> history(history.timeline(), to);
        case ArchivedFile.Partial _, ArchivedFile.BackupLabel _ -> false;
        case ArchivedFile.Unknown _ -> throw WalFileException.unknown(name);
      };
    } catch (IOException e) {
      throw WalFileException.failed(to, e);
    }
  }

  private WalArchive archive(Path to) throws IOException {
    if (Files.exists(ClusterOfDirectory.above(to).resolve("global/pg_control"))) {
      return archives.open(ClusterOfDirectory.log(source, to));
    }
    List<WalLog> logs =
        archives.logs().stream().filter(log -> log.source().equals(source)).toList();
    if (logs.size() != 1) {
      throw WalFileException.ambiguous(source, logs.size());
    }
    return archives.open(logs.getFirst());
  }

  private boolean segment(String name, Path to) throws IOException {
    WalArchive archive = archive(to);
    int segmentSize = archive.log().segmentSize();
    WalSegmentName segment;
    try {
      segment = WalSegmentName.parse(name, segmentSize);
    } catch (IllegalArgumentException e) {
      return false; // no server of this cluster writes it
    }
    Path directory = ClusterOfDirectory.above(to);
    Optional<byte[]> ready = ahead.take(archive, directory, segment);
    if (ready.isPresent()) {
      write(to, out -> out.write(ready.get()));
    } else {
      Optional<StoredSegment> found = StoredSegment.find(archive, segment);
      if (found.isEmpty()) {
        return false;
      }
      write(to, out -> found.get().writeTo(out, segmentSize));
    }
    ahead.readAfter(archive, directory, segment);
    return true;
  }

  private boolean history(Timeline timeline, Path to) throws IOException {
    WalArchive archive = archive(to);
    for (WalArchive.StoredHistory stored : archive.listHistories()) {
      if (stored.timeline() == timeline.id()) {
        byte[] content = archive.readHistory(stored);
        write(to, out -> out.write(content));
        return true;
      }
    }
    return false;
  }

  /** Ends reading ahead. */
  @Override
  public void close() {
    ahead.close();
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** As the server's own, where its directory is another's; only root can give it away. */
  private static void giveTo(Path directory, Path file) throws IOException {
    UserPrincipal server = Files.getOwner(directory);
    if (Accounts.effectiveUser() == ROOT && !Files.getOwner(file).equals(server)) {
      Files.setOwner(file, server);
    }
  }

  /** Under another name first: half a segment must never look like one. */
  private static void write(Path to, Content content) throws IOException {
    Path directory = Objects.requireNonNull(to.toAbsolutePath().getParent());
    Path unfinished = Files.createTempFile(directory, to.getFileName() + ".holdfast-", "");
    try {
      try (OutputStream out = Files.newOutputStream(unfinished)) {
        content.writeTo(out);
      }
      giveTo(directory, unfinished);
      Files.move(
          unfinished, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
