package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The operating system account that server programs run under. PostgreSQL refuses to run as root,
 * so a root process lends its servers another account.
 */
public final class ServerAccount {
  private static final List<String> CANDIDATES = List.of("postgres", "nobody");
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final String name;
  private final int uid;
  private final int gid;
  private final boolean switched;

  private ServerAccount(String name, int uid, int gid, boolean switched) {
    this.name = name;
    this.uid = uid;
    this.gid = gid;
    this.switched = switched;
  }

  /**
   * The account of this process, or for root the first of {@code postgres} and {@code nobody} that
   * exists.
   *
   * @throws LocalServerException if this is root and there is neither
   */
  public static ServerAccount unprivileged() {
    int uid = number("-u");
    if (uid != 0) {
      return new ServerAccount("uid " + uid, uid, number("-g"), false);
    }
    for (String candidate : CANDIDATES) {
      if (id("-u", candidate).status() == 0) {
        return new ServerAccount(candidate, number("-u", candidate), number("-g", candidate), true);
      }
    }
    throw new LocalServerException(
        FailureCategory.ACCESS,
        "PostgreSQL does not run as root, and there is no account to lend it",
        "Add an operating system account named postgres, or run as another user.",
        null);
  }

  private static int number(String... arguments) {
    ChildProgram.Outcome outcome = id(arguments);
    if (outcome.status() != 0) {
      throw LocalServerException.unavailable(
          "Cannot tell the numbers of an account: " + outcome.output(), "", null);
    }
    return Integer.parseInt(outcome.output());
  }

  private static ChildProgram.Outcome id(String... arguments) {
    List<String> command = new ArrayList<>(List.of("id"));
    command.addAll(List.of(arguments));
    return ChildProgram.run(command, Path.of("/"), LIMIT);
  }

  /** The command that runs {@code command} under this account. */
  List<String> command(List<String> command) {
    if (!switched) {
      return command;
    }
    List<String> full =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"));
    full.addAll(command);
    return full;
  }

  /** Gives one file or directory to this account; does nothing unless this process is root. */
  public void own(Path path) throws IOException {
    if (switched) {
      Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /** Gives a directory and all below it to this account, without following links. */
  public void ownTree(Path directory) throws IOException {
    if (!switched) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            own(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            own(path);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Whether this account may enter every directory on the way to {@code path}. */
  public boolean reaches(Path path) {
    if (!switched) {
      return true;
    }
    return ChildProgram.run(
                command(List.of("test", "-e", path.toAbsolutePath().toString())),
                Path.of("/"),
                LIMIT)
            .status()
        == 0;
  }

  @Override
  public String toString() {
    return name;
  }
}
