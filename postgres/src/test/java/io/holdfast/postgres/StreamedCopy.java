package io.holdfast.postgres;

import io.holdfast.posix.NodeType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Writes what a server streams into a directory, as plainly as can be, and remembers the CRC of
 * each file: to test the stream without a repository. Tablespaces become directories in pg_tblspc.
 */
final class StreamedCopy {
  private static final Pattern LISTED =
      Pattern.compile("\"Path\": \"([^\"]+)\", \"Size\": (\\d+),.*\"Checksum\": \"([0-9a-f]{8})\"");

  final Map<String, String> files = new TreeMap<>();
  final List<String> directories = new ArrayList<>();
  final List<String> segments = new ArrayList<>();
  final BaseBackupStream.Start start;
  final BaseBackupStream.End end;
  final Map<String, String> listed = new TreeMap<>();

  /**
   * @param during what happens between the start of the backup and its first file
   */
  StreamedCopy(ConnectionSettings settings, Path target, Runnable during) {
    try (ReplicationSession session = settings.openReplication();
        RequiredWal wal = RequiredWal.reserve(settings.openReplication(), "holdfast_copy")) {
      BaseBackupStream stream = session.baseBackup(BaseBackupRequest.labelled("it's a \"label\""));
      start = stream.start();
      wal.start(
          start.position(),
          start.timeline(),
          (name, bytes) -> {
            Files.createDirectories(target.resolve("pg_wal"));
            Files.copy(bytes, target.resolve("pg_wal").resolve(name.toString()));
            segments.add(name.toString());
          });
      during.run();
      for (var member = stream.next(); member.isPresent(); member = stream.next()) {
        write(stream, member.get(), target);
        wal.check();
      }
      readManifest(stream.readManifest(64 << 20));
      end = stream.end();
      wal.finish(end.position(), end.timeline(), Duration.ofSeconds(60));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(BaseBackupStream stream, BaseBackupStream.Member member, Path target)
      throws IOException {
    String name = new String(member.path().bytes(), StandardCharsets.ISO_8859_1);
    Path path = target.resolve(name);
    if (member.type() == NodeType.DIRECTORY) {
      directories.add(name);
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      return;
    }
    Files.createDirectories(path.getParent());
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[50_000];
    long size = 0;
    try (OutputStream out = Files.newOutputStream(path)) {
      for (int n = stream.read(buffer, 0, buffer.length);
          n >= 0;
          n = stream.read(buffer, 0, buffer.length)) {
        crc.update(buffer, 0, n);
        out.write(buffer, 0, n);
        size += n;
      }
    }
    if (size != member.size()) {
      throw new AssertionError(name + " has " + size + " bytes, not " + member.size());
    }
    byte[] little = {
      (byte) crc.getValue(),
      (byte) (crc.getValue() >>> 8),
      (byte) (crc.getValue() >>> 16),
      (byte) (crc.getValue() >>> 24)
    };
    files.put(name, size + " " + HexFormat.of().formatHex(little));
  }

  private void readManifest(byte[] manifest) {
    for (String line : new String(manifest, StandardCharsets.UTF_8).lines().toList()) {
      Matcher matcher = LISTED.matcher(line);
      if (matcher.find()) {
        listed.put(matcher.group(1), matcher.group(2) + " " + matcher.group(3));
      }
    }
  }
}
