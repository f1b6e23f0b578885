package io.holdfast.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Where the program writes, and what may be written there.
 *
 * @param out results
 * @param err progress, warnings and errors
 * @param rewrites whether a line on {@code err} can be rewritten: it is a terminal
 * @param colour whether colours may be used
 * @param clock for progress
 */
record Terminal(PrintStream out, PrintStream err, boolean rewrites, boolean colour, Clock clock) {

  /** This process's own. */
  static Terminal ofProcess() {
    String term = System.getenv("TERM");
    boolean rewrites = isTerminal(2) && term != null && !term.equals("dumb");
    String noColour = System.getenv("NO_COLOR");
    boolean colour = rewrites && isTerminal(1) && (noColour == null || noColour.isEmpty());
    return new Terminal(System.out, System.err, rewrites, colour, Clock.systemUTC());
  }

  /** System.console() tells about standard input and output only. */
  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException _) {
      return false;
    }
  }

  String bold(String text) {
    return styled("1", text);
  }

  String green(String text) {
    return styled("32", text);
  }

  String yellow(String text) {
    return styled("33", text);
  }

  String red(String text) {
    return styled("31", text);
  }

  private String styled(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
