package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A repository that was written by the code of its time and is checked in, with its keys and a list
 * of what is in it. Every later version must read it. {@link #main} makes one.
 */
final class GoldenRepository {
  /** One of each step in which the format grew. */
  static final List<Path> ALL = List.of(ofStep(1), ofStep(2));

  private static final long SEED = 20_261_122;
  private static final String LIST = "expected.txt";

  private GoldenRepository() {}

  private static Path ofStep(int step) {
    return Path.of("src", "test", "resources", "golden", "step-" + step);
  }

  /** Makes a golden repository in a new directory, which is the only argument. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectory(Path.of(arguments[0]));
    Path cache = Files.createTempDirectory("golden");
    SampleRepository sample = new SampleRepository(directory, new Random(SEED));
    sample.create(cache);
    List<String> lines = new ArrayList<>();
    for (SampleSeries.Source source :
        new SampleSeries(SEED, compression -> sample.open(cache, compression)).write()) {
      for (SampleSeries.Item item : source.items()) {
        lines.add(line(source.backup(), source.name(), item.entry(), item.bytes()));
      }
    }
    Files.write(directory.resolve(LIST), lines, StandardCharsets.UTF_8);
  }

  /** What is in it, a line of {@link #line} for each entry, in order. */
  static List<String> expected(Path golden) throws IOException {
    return Files.readAllLines(golden.resolve(LIST), StandardCharsets.UTF_8);
  }

  /** A copy to work with, since opening a repository may write to it. */
  static SampleRepository copy(Path golden, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(golden)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(golden.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
    return SampleRepository.random(to, 0);
  }

  /** All that is to be known of an entry, its bytes by their SHA-256. */
  static String line(String backup, String source, Entry entry, byte @Nullable [] bytes) {
    return Stream.of(
            backup,
            source,
            entry.path(),
            entry.type(),
            Integer.toOctalString(entry.mode()),
            entry.uid() + ":" + entry.gid(),
            name(entry.user()) + ":" + name(entry.group()),
            entry.modified().seconds() + "." + entry.modified().nanos(),
            entry.changed().seconds() + "." + entry.changed().nanos(),
            entry.inode() + ":" + entry.device() + ":" + entry.links(),
            entry.deviceNumber() == null ? "-" : entry.deviceNumber(),
            name(entry.linkTarget()),
            entry.attributes().stream()
                .map(a -> a.name() + "=" + HexFormat.of().formatHex(a.value()))
                .collect(Collectors.joining(",", "[", "]")),
            flags(entry.flags()),
            bytes == null ? "-" : bytes.length + " " + Sha256.hex(bytes))
        .map(Object::toString)
        .map(text -> text.replace("\n", "\\n"))
        .collect(Collectors.joining("\t"));
  }

  /** As the lists have them that were written when there were two flags; a later one is added. */
  private static String flags(Entry.Flags flags) {
    String first =
        "Flags[changedWhileRead=%s, damagedPages=%s]"
            .formatted(flags.changedWhileRead(), flags.damagedPages());
    return flags.attributesIncomplete() ? first + " attributes incomplete" : first;
  }

  private static String name(@Nullable BytePath bytes) {
    return bytes == null ? "-" : bytes.toString();
  }
}
