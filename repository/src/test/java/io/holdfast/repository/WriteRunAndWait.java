package io.holdfast.repository;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process that starts to write a run, says so, and waits to be killed. Argument: the directory.
 */
final class WriteRunAndWait {
  private WriteRunAndWait() {}

  public static void main(String[] args) throws IOException {
    new RunFiles(Path.of(args[0]))
        .write(
            out -> {
              out.write(new byte[1000]);
              System.out.println("writing");
              while (System.in.read() >= 0) {
                // Until the test ends.
              }
            })
        .close();
  }
}
