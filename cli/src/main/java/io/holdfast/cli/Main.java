package io.holdfast.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The program's entry. */
public final class Main {
  private static final int SECONDS_TO_STOP = 20;

  private Main() {}

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread command = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(command, ended)));
    int code = execute(Context.ofProcess(), args);
    ended.countDown();
    System.exit(code);
  }

  /** Runs the command in a context. Returns its exit code. */
  static int execute(Context context, String[] args) {
    String[] arguments = new RawArguments().of(args);
    return HoldfastCommand.in(context, arguments).execute(arguments);
  }

  /** A signal asks to stop: the command is interrupted and gets some time to tidy up. */
  private static void stop(Thread command, CountDownLatch ended) {
    if (ended.getCount() > 0) {
      command.interrupt();
      try {
        ended.await(SECONDS_TO_STOP, TimeUnit.SECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
