package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;

/**
 * Runs one command after another in this JVM, for benchmarks/compare: so that a command can be
 * measured with all of its code compiled. Reads a command a line, its words separated by tabs, and
 * answers with its exit code; what the command itself prints goes to standard error.
 */
final class WarmRunner {
  private WarmRunner() {}

  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      answers.println(HoldfastCommand.in(Context.ofProcess()).execute(line.split("\t")));
      answers.flush();
    }
  }
}
