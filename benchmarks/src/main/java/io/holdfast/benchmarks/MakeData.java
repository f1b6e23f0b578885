package io.holdfast.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** Makes and changes the data of benchmarks/compare. */
public final class MakeData {
  private static final String USAGE =
      """
      tree   --root DIR --seed N --files N --bytes N     makes a tree of files
      change --root DIR --seed N --round N --share X     changes that share of its files
      file   --root FILE --seed N --bytes N              makes one large file\
      """;

  private MakeData() {}

  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      throw new IllegalArgumentException(USAGE);
    }
    Arguments given = new Arguments(args, 1);
    Path root = Path.of(given.text("root"));
    long seed = given.number("seed");
    switch (args[0]) {
      case "tree" -> {
        int files = Math.toIntExact(given.number("files"));
        new MakeTree(root).run(new TreePlan(seed, files, given.number("bytes")));
      }
      case "change" ->
          new ChangeTree(root, seed, given.number("round")).run(given.fraction("share"));
      case "file" -> new MakeFile(root, seed).run(given.number("bytes"));
      default -> throw new IllegalArgumentException(USAGE);
    }
  }
}
