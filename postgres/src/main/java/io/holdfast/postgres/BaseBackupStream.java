package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running BASE_BACKUP, read by pulling: {@link #next} goes through the files of all archives,
 * {@link #read} gives the bytes of the current one, then come {@link #readManifest} and {@link
 * #end}. A reader that takes its time slows the server down; nothing is gathered here. For one
 * thread.
 *
 * <p>A stream is complete only when {@link #end} has returned.
 */
public final class BaseBackupStream {
  /** Where recovery will begin, and what there is to send. */
  public record Start(Lsn position, Timeline timeline, List<StreamedTablespace> tablespaces) {
    public Start {
      tablespaces = List.copyOf(tablespaces);
    }

    /** Estimate of the bytes to come, of all tablespaces; 0 if none was asked for. */
    public long estimatedBytes() {
      return tablespaces.stream().mapToLong(StreamedTablespace::estimatedBytes).sum();
    }
  }

  /**
   * A tablespace as the server lists it.
   *
   * @param oid 0 for the data directory itself
   * @param location empty for the data directory
   */
  public record StreamedTablespace(long oid, BytePath location, long estimatedBytes) {}

  /**
   * A file, directory or link of the cluster.
   *
   * @param path relative to the data directory; tablespaces are below pg_tblspc
   * @param type FILE, DIRECTORY or SYMLINK
   * @param modified seconds since 1970
   * @param link where a link leads, else empty
   */
  public record Member(
      BytePath path,
      NodeType type,
      int mode,
      long uid,
      long gid,
      long size,
      long modified,
      BytePath link) {}

  /** Where the backup ends in the WAL: recovery must get here. */
  public record End(Lsn position, Timeline timeline) {}

  private static final int NEW_ARCHIVE = 'n';
  private static final int DATA = 'd';
  private static final int PROGRESS = 'p';
  private static final int MANIFEST = 'm';

  /** The manifest of a cluster of ten million files is of this order. */
  private static final int MOST_NAME = 4096;

  private final ReplicationWire wire;
  private final Start start;
  private final Map<String, BytePath> archives = new HashMap<>();
  private @Nullable TarReader archive;
  private BytePath prefix = BytePath.EMPTY;

  /** The type of a message that was met and not yet acted on; 0 if there is none. */
  private int pending;

  private boolean copyDone;

  private BaseBackupStream(ReplicationWire wire, Start start) {
    this.wire = wire;
    this.start = start;
    archives.put("base.tar", BytePath.EMPTY);
    for (StreamedTablespace tablespace : start.tablespaces()) {
      if (tablespace.oid() != 0) {
        archives.put(
            tablespace.oid() + ".tar",
            ClusterFileRules.TABLESPACES.resolve(Long.toString(tablespace.oid())));
      }
    }
  }

  static BaseBackupStream begin(ReplicationWire wire, Duration checkpointLimit) {
    wire.setLimit(checkpointLimit);
    ResultRow position = one(wire, wire.readResult());
    wire.setLimit(wire.answerLimit());
    List<StreamedTablespace> tablespaces = new ArrayList<>();
    for (ResultRow row : wire.readResult()) {
      tablespaces.add(
          new StreamedTablespace(
              row.isNull(0) ? 0 : Long.parseLong(row.text(0)),
              row.isNull(1) ? BytePath.EMPTY : BytePath.of(row.bytes(1)),
              row.isNull(2) ? 0 : Long.parseLong(row.text(2)) * 1024));
    }
    wire.expect('H');
    wire.readRest();
    return new BaseBackupStream(
        wire,
        new Start(Lsn.parse(position.text(0)), Timeline.parse(position.text(1)), tablespaces));
  }

  private static ResultRow one(ReplicationWire wire, List<ResultRow> rows) {
    if (rows.size() != 1) {
      throw new ServerProtocolException(
          wire.server() + " told " + rows.size() + " positions of a backup instead of one");
    }
    return rows.getFirst();
  }

  /** Where the backup starts. */
  public Start start() {
    return start;
  }

  /** Goes to the next file of the cluster; what was not read of the one before is skipped. */
  public Optional<Member> next() {
    while (true) {
      if (archive != null) {
        Optional<TarReader.Member> member = archive.next();
        if (member.isPresent()) {
          return Optional.of(toMember(member.get()));
        }
        archive = null;
      }
      if (nextPart() != NEW_ARCHIVE) {
        return Optional.empty();
      }
      pending = 0;
      openArchive();
    }
  }

  private Member toMember(TarReader.Member member) {
    NodeType type =
        switch (member.type()) {
          case TarReader.Member.DIRECTORY -> NodeType.DIRECTORY;
          case TarReader.Member.SYMLINK -> NodeType.SYMLINK;
          default -> NodeType.FILE;
        };
    return new Member(
        prefix.resolve(member.name()),
        type,
        member.mode(),
        member.uid(),
        member.gid(),
        member.size(),
        member.modified(),
        member.link());
  }

  private void openArchive() {
    if (wire.remaining() > MOST_NAME) {
      throw new ServerProtocolException(wire.server() + " sent an archive with an overlong name");
    }
    byte[] body = wire.readRest();
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    String name = new String(body, 0, end, StandardCharsets.ISO_8859_1);
    BytePath place = archives.get(name);
    if (place == null) {
      throw new ServerProtocolException(
          wire.server() + " sent an archive that it had not announced: " + name);
    }
    prefix = place;
    archive = new TarReader(this::readData, "The archive " + name + " from " + wire.server());
  }

  /** Reads some bytes of the current file; -1 at its end. */
  public int read(byte[] buffer, int offset, int length) {
    if (archive == null) {
      throw new IllegalStateException("not at a file");
    }
    return archive.read(buffer, offset, length);
  }

  /** Reads what belongs to the current archive or manifest; -1 when something else comes. */
  private int readData(byte[] buffer, int offset, int length) {
    while (wire.remaining() == 0 || pending != DATA) {
      if (nextPart() != DATA) {
        return -1;
      }
    }
    int n = wire.read(buffer, offset, length);
    if (wire.remaining() == 0) {
      pending = 0;
    }
    return n;
  }

  /** The kind of the part that is next in the stream; 0 when the stream of parts has ended. */
  private int nextPart() {
    while (pending == 0 && !copyDone) {
      char type = wire.nextMessage();
      switch (type) {
        case 'd' -> pending = partKind();
        case 'c' -> copyDone = true;
        default -> throw wire.unexpected(type);
      }
    }
    return pending;
  }

  private int partKind() {
    int kind = wire.readByte();
    return switch (kind) {
      case NEW_ARCHIVE, MANIFEST -> kind;
      // An empty piece says nothing.
      case DATA -> wire.remaining() == 0 ? 0 : kind;
      case PROGRESS -> 0;
      default -> throw wire.unexpected((char) kind);
    };
  }

  /**
   * Reads the server's backup_manifest, once {@link #next} has found no more files.
   *
   * @param most how many bytes to accept
   * @throws ServerProtocolException if there is none or it is longer
   */
  public byte[] readManifest(int most) {
    if (nextPart() != MANIFEST) {
      throw new ServerProtocolException(wire.server() + " sent no manifest");
    }
    pending = 0;
    ByteArrayOutputStream manifest = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 15];
    for (int n = readData(buffer, 0, buffer.length);
        n >= 0;
        n = readData(buffer, 0, buffer.length)) {
      if (manifest.size() + n > most) {
        throw new ServerProtocolException(wire.server() + " sent an overlong manifest");
      }
      manifest.write(buffer, 0, n);
    }
    return manifest.toByteArray();
  }

  /** Reads to the end of the stream, manifest or not, and tells where the backup ends. */
  public End end() {
    if (archive != null || nextPart() == NEW_ARCHIVE) {
      throw new IllegalStateException("there are files left");
    }
    byte[] sink = new byte[1 << 15];
    while (nextPart() != 0) {
      pending = 0;
      while (readData(sink, 0, sink.length) >= 0) {
        // The manifest is of no use to this reader.
      }
    }
    ResultRow row = one(wire, wire.readResult());
    wire.expect('C');
    wire.expect('Z');
    return new End(Lsn.parse(row.text(0)), Timeline.parse(row.text(1)));
  }
}
