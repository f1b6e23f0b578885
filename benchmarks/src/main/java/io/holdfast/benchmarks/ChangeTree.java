package io.holdfast.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Changes a share of the files of a tree as people do: a third grows, a third is overwritten in
 * part, a third is written anew; for every ten, one is removed and one is added.
 */
final class ChangeTree {
  private static final int REMOVED_AND_ADDED_EVERY = 10;
  private static final long ADDED_SIZE = 24_000;
  private static final int PLACES = 100;

  private final Path root;
  private final SplittableRandom random;
  private final long round;

  /**
   * @param round tells the changes from those of other rounds
   */
  ChangeTree(Path root, long seed, long round) {
    this.root = root;
    this.random = new SplittableRandom(seed * 1_000_003 + round);
    this.round = round;
  }

  void run(double share) throws IOException {
    List<Path> files = files();
    if (files.size() == 1) {
      changePlaces(files.getFirst(), share);
      return;
    }
    int changes = (int) Math.max(1, Math.round(files.size() * share));
    Collections.shuffle(files, new Random(random.nextLong()));
    for (int i = 0; i < changes; i++) {
      change(files.get(i), i % 3);
    }
    for (int i = 0; i < changes; i += REMOVED_AND_ADDED_EVERY) {
      Path added = files.get(i).resolveSibling("n" + round + "-" + i + ".txt");
      Files.delete(files.get(changes + i));
      add(added);
    }
  }

  /** In order of their names, since that of a directory is another on every machine. */
  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return new ArrayList<>(walk.filter(ChangeTree::isFile).sorted().toList());
    }
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  private void change(Path file, int how) throws IOException {
    FileContent content =
        new FileContent(Kind.ofName(file.getFileName().toString()), random.nextLong());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long size = channel.size();
      switch (how) {
        case 0 -> content.write(channel, size, 1 + size / (5 + random.nextInt(40)));
        case 1 -> {
          long length = Math.min(size, 1 + size / (2 + random.nextInt(20)));
          content.write(channel, random.nextLong(size - length + 1), length);
        }
        default -> content.write(channel, 0, size);
      }
    }
  }

  /** Of a file that is alone a share of its bytes, in many places. */
  private void changePlaces(Path file, double share) throws IOException {
    Kind kind = Kind.ofName(file.getFileName().toString());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long size = channel.size();
      long length = Math.clamp(Math.round(size * share / PLACES), 1, size);
      for (int place = 0; place < PLACES; place++) {
        new FileContent(kind, random.nextLong())
            .write(channel, random.nextLong(size - length + 1), length);
      }
    }
  }

  private void add(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      FileContent content = new FileContent(Kind.PROSE, random.nextLong());
      content.write(channel, 0, 1 + random.nextLong(ADDED_SIZE));
    }
  }
}
