package io.holdfast.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes a tree of files, some symbolic and some hard links. */
final class MakeTree {
  private static final int SYMBOLIC_EVERY = 100;
  private static final int HARD_EVERY = 250;
  private static final int FOREIGN_EVERY = 20;
  private static final int FOREIGN_OWNER = 1000;

  private final Path root;
  private final boolean mayGiveAway = "root".equals(System.getProperty("user.name"));

  MakeTree(Path root) {
    this.root = root;
  }

  void run(TreePlan plan) throws IOException {
    List<Path> directories = plan.directories();
    for (Path directory : directories) {
      Files.createDirectories(root.resolve(directory));
    }
    List<PlannedFile> files = plan.files(directories);
    files.parallelStream().forEach(this::write);
    for (int i = 0; i < files.size(); i++) {
      links(i, files.get(i));
    }
    for (int i = 0; i < directories.size(); i++) { // last, since making a file changes the time
      setModified(root.resolve(directories.get(i)), files.get(i % files.size()).modified());
    }
  }

  private void write(PlannedFile planned) {
    Path file = root.resolve(planned.path());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      planned.content().write(channel, 0, planned.size());
      Files.setAttribute(file, "unix:mode", planned.mode());
      setModified(file, planned.modified());
    } catch (IOException e) {
      throw new UncheckedIOException("could not make " + file, e);
    }
  }

  private void links(int number, PlannedFile planned) throws IOException {
    Path file = root.resolve(planned.path());
    if (number % SYMBOLIC_EVERY == 7) {
      Files.createSymbolicLink(Path.of(file + ".link"), file.getFileName());
    }
    if (number % HARD_EVERY == 11) {
      Files.createLink(Path.of(file + ".again"), file);
    }
    if (mayGiveAway && number % FOREIGN_EVERY == 3) {
      Files.setAttribute(file, "unix:uid", FOREIGN_OWNER);
      Files.setAttribute(file, "unix:gid", FOREIGN_OWNER);
    }
  }

  private static void setModified(Path file, long nanoseconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(nanoseconds, TimeUnit.NANOSECONDS));
  }
}
