package io.holdfast.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which files a tree has. Sizes are log-normal, as those of real trees are: half of the files are
 * tiny, and most of the bytes are in a few large ones.
 */
final class TreePlan {
  private static final int FILES_PER_DIRECTORY = 16;
  private static final int COPIES_PER_MILLE = 30;
  private static final long DAY = 86_400_000_000_000L;
  private static final long NEWEST = 1_767_225_600_000_000_000L; // 2026-01-01

  private final SplittableRandom random;
  private final int files;
  private final long bytes;

  TreePlan(long seed, int files, long bytes) {
    this.random = new SplittableRandom(seed);
    this.files = files;
    this.bytes = bytes;
  }

  /** The directories of the tree, parents first; the root is the empty path. */
  List<Path> directories() {
    List<Path> directories = new ArrayList<>();
    directories.add(Path.of(""));
    SplittableRandom names = random.split();
    for (int i = 1; i < Math.max(2, files / FILES_PER_DIRECTORY); i++) {
      Path parent = directories.get(names.nextInt(directories.size()));
      directories.add(parent.resolve("d" + i));
    }
    return directories;
  }

  /** The files of the tree, in no order that means anything. */
  List<PlannedFile> files(List<Path> directories) {
    long[] sizes = sizes(random.split());
    SplittableRandom choices = random.split();
    List<PlannedFile> planned = new ArrayList<>(files);
    for (int i = 0; i < files; i++) {
      boolean copy = i > 0 && choices.nextInt(1000) < COPIES_PER_MILLE;
      PlannedFile original = copy ? planned.get(choices.nextInt(i)) : null;
      long size = original != null ? original.size() : sizes[i];
      FileContent content =
          original != null
              ? original.content()
              : new FileContent(Kind.draw(size, choices), choices.nextLong());
      Path directory = directories.get(choices.nextInt(directories.size()));
      Path path = directory.resolve("f" + i + "." + content.kind().suffix());
      planned.add(new PlannedFile(path, size, content, mode(choices), modified(choices)));
    }
    return planned;
  }

  private static int mode(SplittableRandom choices) {
    int percent = choices.nextInt(100);
    return percent < 85 ? 0644 : percent < 95 ? 0755 : 0600;
  }

  private static long modified(SplittableRandom choices) {
    return NEWEST - choices.nextLong(1000 * DAY);
  }

  private long[] sizes(SplittableRandom draws) {
    double average = (double) bytes / files;
    double sigma = average > 16_000 ? 2.1 : 1.1;
    double largest = bytes / 40.0;
    double[] raw = new double[files];
    double sum = 0;
    for (int i = 0; i < files; i++) {
      raw[i] = Math.min(largest, average * Math.exp(sigma * normal(draws) - sigma * sigma / 2));
      sum += raw[i];
    }
    long[] sizes = new long[files];
    for (int i = 0; i < files; i++) {
      sizes[i] = Math.round(raw[i] / sum * bytes);
    }
    return sizes;
  }

  /** StrictMath, so that every machine gets the same tree. */
  private static double normal(SplittableRandom draws) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - draws.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * draws.nextDouble());
  }
}
