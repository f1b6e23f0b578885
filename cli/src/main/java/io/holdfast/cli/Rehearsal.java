package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.holdfast.demo.SamplePlatform;
import io.holdfast.postgres.EmbeddedBinaries;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import io.holdfast.storage.HoldfastException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Runs the usual commands over small data of its own, for the JVM to note what they load: the
 * launcher makes an ahead-of-time cache of it (JEP 483) when it builds.
 * docs/decisions/ahead-of-time-cache.md.
 */
final class Rehearsal {
  private static final int FILES = 1500;
  private static final int LARGE_FILES = 6;
  private static final int LARGE = 5 << 20;
  private static final int MAJOR = 18;

  private final Path directory;
  private final PrintStream out;
  private final Random random = new Random(1);

  /**
   * @param directory empty; it is filled
   * @param out takes what the commands say
   */
  Rehearsal(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
  }

  /**
   * @param args an empty directory, which is filled
   */
  public static void main(String[] args) throws IOException {
    System.exit(new Rehearsal(Path.of(args[0]), System.out).run());
  }

  /** 0 if all went well. */
  int run() throws IOException {
    Files.write(directory.resolve("key"), bytes(32));
    configure(
        """
        sources:
          uploads: {type: files, path: tree, exclude: ["**/*.tmp"]}
        policies:
          platform: {repository: main, sources: [uploads]}
        """);
    makeTree(Files.createDirectories(directory.resolve("tree")));
    int code = files();
    try {
      code |= database();
    } catch (HoldfastException e) {
      out.println("no database could be rehearsed: " + e.getMessage());
    }
    return code;
  }

  private void configure(String sourcesAndPolicies) throws IOException {
    Files.writeString(
        directory.resolve("holdfast.yaml"),
        """
        version: 1
        repositories:
          main: {path: repository, key-file: key}
        """
            + sourcesAndPolicies);
  }

  private int files() throws IOException {
    int code = 0;
    code |= command("init", "--no-recovery-kit");
    code |= command("backup");
    code |= command("backup", "--quiet");
    Files.writeString(directory.resolve("tree/file1"), "changed");
    code |= command("backup", "--json");
    code |= command("backups");
    code |= command("backups", "--json");
    code |= command("show", "latest");
    code |= command("verify", "--level", "3");
    code |= command("restore", "--to", directory.resolve("target").toString());
    code |= command("config", "validate");
    code |= command("--help");
    return code;
  }

  /**
   * With a server of its own: the one of the demo.
   *
   * @throws HoldfastException when none can be started here
   */
  private int database() throws IOException {
    Optional<ServerBinaries> binaries =
        new EmbeddedBinaries(directory.resolve("binaries")).onClassPath(MAJOR);
    if (binaries.isEmpty()) {
      out.println("no database could be rehearsed: no server comes along for this processor");
      return 0;
    }
    Path root = Files.createDirectories(directory.resolve("platform"));
    try (SamplePlatform platform =
        SamplePlatform.create(root, binaries.get(), ServerAccount.unprivileged(), random)) {
      configure(
          """
          sources:
            database: {type: postgresql, host: %1$s}
            copied: {type: postgresql, host: %1$s, mode: direct}
          policies:
            stream: {repository: main, sources: [database]}
            direct: {repository: main, sources: [copied]}
          """
              .formatted(platform.socketDirectory()));
      int code = command("check");
      for (String policy : new String[] {"stream", "direct"}) {
        code |= command("backup", "--policy", policy);
        code |= command("backup", "--policy", policy);
      }
      return code | command("restore", "--to", directory.resolve("cluster").toString());
    }
  }

  private int command(String... words) {
    Map<String, String> environment =
        Map.of(
            "HOLDFAST_CONFIG", directory.resolve("holdfast.yaml").toString(),
            "XDG_CACHE_HOME", directory.resolve("cache").toString(),
            "XDG_STATE_HOME", directory.resolve("state").toString());
    Terminal terminal = new Terminal(out, out, false, false, Clock.systemUTC());
    return Main.execute(Context.of(terminal, environment::get), words);
  }

  private void makeTree(Path tree) throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.write(tree.resolve("file" + i), bytes(random.nextInt(1, 40_000)));
    }
    for (int i = 0; i < LARGE_FILES; i++) {
      Files.write(tree.resolve("large" + i), bytes(LARGE + i));
    }
    Files.createSymbolicLink(tree.resolve("link"), Path.of("file0"));
    Files.createLink(tree.resolve("hard"), tree.resolve("file0"));
  }

  /** Half of them compress well. */
  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    byte[] line = "2026-01-01 12:00:00 INFO request served in 12 ms\n".getBytes(US_ASCII);
    for (int at = 0; at + 2 * line.length < length; at += 2 * line.length) {
      System.arraycopy(line, 0, bytes, at, line.length);
    }
    return bytes;
  }
}
