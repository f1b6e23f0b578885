package io.holdfast.cli;

import io.holdfast.engine.ContentAccess;
import io.holdfast.engine.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The program, which stops itself with SIGSTOP when a backup compares with an earlier one: then its
 * session has begun. Arguments: the lease in seconds, then the program's.
 */
final class StopWhenBegun {
  private StopWhenBegun() {}

  public static void main(String[] args) {
    Context context = Context.ofProcess();
    Surroundings usual = context.surroundings();
    Surroundings stopping =
        new Surroundings(
            usual.clock(),
            usual.random(),
            usual.secrets(),
            usual.version(),
            usual.client(),
            usual.cache(),
            usual.temporary(),
            Duration.ofSeconds(Long.parseLong(args[0])),
            access -> {
              usual.accesses().accept(access);
              if (access.purpose() == ContentAccess.Purpose.COMPARE) {
                stopMyself();
              }
            });
    Context changed =
        new Context(context.terminal(), stopping, context.environment(), context.directory());
    String[] command = Arrays.copyOfRange(args, 1, args.length);
    System.exit(HoldfastCommand.in(changed).execute(command));
  }

  private static void stopMyself() {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      new ProcessBuilder(List.of("kill", "-STOP", pid)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
