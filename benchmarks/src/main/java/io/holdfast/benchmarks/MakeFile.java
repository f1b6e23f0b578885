package io.holdfast.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Makes one large file, in parts of several kinds, as the image of a machine has them. */
final class MakeFile {
  private static final long PART = 32L << 20;

  private final Path file;
  private final long seed;

  MakeFile(Path file, long seed) {
    this.file = file;
    this.seed = seed;
  }

  void run(long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      LongStream.range(0, (bytes + PART - 1) / PART)
          .parallel()
          .forEach(part -> write(channel, part * PART, Math.min(PART, bytes - part * PART)));
    }
  }

  private void write(FileChannel channel, long position, long length) {
    SplittableRandom random = new SplittableRandom(seed + position);
    Kind kind = Kind.draw(PART, random);
    try {
      new FileContent(kind, random.nextLong()).write(channel, position, length);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("could not make " + file, e);
    }
  }
}
