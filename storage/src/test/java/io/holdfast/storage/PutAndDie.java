package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that puts one object and kills itself with SIGKILL at a step. Arguments: directory,
 * name, size, step.
 */
final class PutAndDie {
  private PutAndDie() {}

  public static void main(String[] args) {
    SteppedLocalStore.Step last = SteppedLocalStore.Step.valueOf(args[3]);
    ObjectStore store =
        SteppedLocalStore.open(
            Path.of(args[0]),
            (step, file) -> {
              if (step == last) {
                killMyself();
              }
            });
    store.put(ObjectName.of(args[1]), ByteBuffer.wrap(new byte[Integer.parseInt(args[2])]));
  }

  private static void killMyself() throws IOException {
    String pid = Long.toString(ProcessHandle.current().pid());
    Process kill = new ProcessBuilder(List.of("kill", "-9", pid)).start();
    try {
      kill.waitFor();
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
