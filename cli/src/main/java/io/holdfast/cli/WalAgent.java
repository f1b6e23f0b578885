package io.holdfast.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code wal push} and {@code wal fetch} for those who ask at a port of the loopback, so that
 * a server does not have to start a JVM for each segment. An answer is lines, each of which begins
 * with the word that shows who answers: {@code .} while it works on it, what the command says
 * behind {@code -}, {@code >} and {@code =} with the file that was made and what it is to be named,
 * and at last the exit code. docs/decisions/resident-process-for-archiving.md.
 */
final class WalAgent {
  private static final int MOST_CONNECTIONS = 16;

  /** At once: each holds a part of a segment in memory. */
  private static final int WORKERS = 2;

  /** One after the other: then what it got from its surroundings may not be right any more. */
  private static final int MOST_FAILURES = 10;

  private static final Duration TO_ASK = Duration.ofSeconds(10);
  private static final Duration BETWEEN_SIGNS_OF_LIFE = Duration.ofSeconds(5);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration KEPT_OPEN = Duration.ofMinutes(1);
  private static final Duration TO_FINISH = Duration.ofMinutes(1);

  private final Context context;
  private final AgentEndpoint endpoint;
  private final BooleanSupplier outdated;
  private final Semaphore connections = new Semaphore(MOST_CONNECTIONS);
  private final AtomicInteger working = new AtomicInteger();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicLong lastAsked = new AtomicLong(System.nanoTime());
  private final AtomicLong requests = new AtomicLong();

  /**
   * @param outdated whether the program is not what it was any more, so that this process should
   *     make room for another
   */
  WalAgent(Context context, AgentEndpoint endpoint, BooleanSupplier outdated) {
    this.context = context;
    this.endpoint = endpoint;
    this.outdated = outdated;
  }

  /**
   * Answers until it is interrupted, or nobody has asked for a time.
   *
   * @param answering run when it does
   * @throws AgentException if another agent does already, or none can be reached here
   */
  void run(Duration idle, Runnable answering) {
    try (AgentEndpoint.Claim claim = endpoint.claim();
        KeptArchives archives = new KeptArchives(context);
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        ExecutorService conversations = Executors.newVirtualThreadPerTaskExecutor()) {
      try (ServerSocket server =
          new ServerSocket(
              0, MOST_CONNECTIONS, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
        server.setSoTimeout((int) TICK.toMillis());
        claim.publish(server.getLocalPort());
        answering.run();
        answer(server, idle, archives, workers, conversations);
      } finally { // the port is closed by now
        claim.withdraw();
        finish(workers, conversations);
      }
    } catch (IOException e) {
      throw AgentException.failed(endpoint, e);
    }
  }

  /** What was begun is finished, unless this process is to end at once. */
  private static void finish(ExecutorService workers, ExecutorService conversations) {
    conversations.shutdown();
    try {
      conversations.awaitTermination(TO_FINISH.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    conversations.shutdownNow();
    workers.shutdownNow();
  }

  private void answer(
      ServerSocket server,
      Duration idle,
      KeptArchives archives,
      ExecutorService workers,
      ExecutorService conversations)
      throws IOException {
    while (!Thread.currentThread().isInterrupted()
        && !outdated.getAsBoolean()
        && failures.get() < MOST_FAILURES
        && !isIdle(idle)) {
      archives.closeUnusedSince(System.nanoTime() - KEPT_OPEN.toNanos());
      try {
        Socket client = server.accept();
        if (outdated.getAsBoolean() || !connections.tryAcquire()) {
          client.close();
        } else {
          conversations.execute(() -> converse(client, archives, workers));
        }
      } catch (SocketTimeoutException _) {
        // Time to look whether to go on.
      }
    }
  }

  private boolean isIdle(Duration limit) {
    return working.get() == 0 && System.nanoTime() - lastAsked.get() > limit.toNanos();
  }

  private void converse(Socket client, KeptArchives archives, ExecutorService workers) {
    try (client) {
      AgentRequest request = request(client);
      working.incrementAndGet();
      try {
        lastAsked.set(System.nanoTime());
        converse(client, request, archives, workers);
      } finally {
        lastAsked.set(System.nanoTime());
        working.decrementAndGet();
      }
    } catch (IOException | InvalidPathException _) {
      // A stranger, or one who is gone: nobody is there to be told. Who asked runs the command.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      connections.release();
    }
  }

  /** Who does not ask in time is not listened to any more, however slowly he speaks. */
  private AgentRequest request(Socket client) throws IOException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                if (!asked.await(TO_ASK.toMillis(), TimeUnit.MILLISECONDS)) {
                  client.close();
                }
              } catch (IOException _) {
                return; // it is as good as closed
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      return AgentRequest.read(new BufferedInputStream(client.getInputStream()), endpoint.asking());
    } finally {
      asked.countDown();
    }
  }

  private void converse(
      Socket client, AgentRequest request, KeptArchives archives, ExecutorService workers)
      throws IOException, InterruptedException {
    Answer answer = new Answer(client);
    Future<Integer> code = workers.submit(() -> execute(request, archives, answer));
    Thread.ofVirtual().start(() -> cancelWhenGone(client, code));
    boolean delivered = false;
    try {
      delivered = answer.finish(code);
    } finally {
      code.cancel(true);
      if (!delivered) {
        answer.abandon();
      }
    }
  }

  /** Who asked says nothing more: the end of the connection is the end of what he wants. */
  private static void cancelWhenGone(Socket client, Future<Integer> code) {
    try {
      var _ = client.getInputStream().read();
    } catch (IOException _) {
      // Gone as well.
    }
    code.cancel(true);
  }

  private int execute(AgentRequest request, KeptArchives archives, Answer answer) {
    answer.begun = true;
    try (PrintStream out = new PrintStream(answer.said, false, StandardCharsets.UTF_8)) {
      Terminal terminal = new Terminal(out, out, false, false, context.surroundings().clock());
      Context own =
          new Context(
              terminal,
              context.surroundings(),
              name ->
                  name.equals("HOLDFAST_CONFIG")
                      ? request.configuration()
                      : context.environment().apply(name),
              request.directory());
      return HoldfastCommand.archiving(own, archives, answer)
          .execute(request.arguments().toArray(String[]::new));
    } finally {
      answer.removeIfAbandoned();
    }
  }

  /** To one who asked. */
  private final class Answer implements Delivery {
    private final Socket client;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final long number = requests.incrementAndGet();
    private volatile boolean begun;
    private volatile boolean abandoned;
    private volatile @Nullable Path made;
    private volatile @Nullable Path wanted;

    Answer(Socket client) {
      this.client = client;
    }

    /** Beside it: who asked gives it its name, if he is still there. */
    @Override
    public Path place(Path file) {
      Path beside =
          file.resolveSibling(
              file.getFileName() + ".holdfast-" + ProcessHandle.current().pid() + "-" + number);
      wanted = file;
      made = beside;
      return beside;
    }

    /** Whether all was said. */
    boolean finish(Future<Integer> code) throws IOException, InterruptedException {
      send(".");
      while (true) {
        try {
          return end(code.get(BETWEEN_SIGNS_OF_LIFE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
          if (!begun) {
            return end(ExitCode.UNAVAILABLE.number()); // others hang, and he need not wait for them
          }
          send(".");
        } catch (CancellationException _) {
          return false; // he is gone
        } catch (ExecutionException _) {
          return end(ExitCode.INTERNAL.number()); // the command, run by who asked, tells what it is
        }
      }
    }

    private boolean end(int code) throws IOException {
      boolean good = code == ExitCode.OK.number() || code == ExitCode.ABSENT.number();
      failures.set(good ? 0 : failures.get() + 1);
      for (String line : said.toString(StandardCharsets.UTF_8).lines().toList()) {
        send("-" + line);
      }
      boolean file = code == ExitCode.OK.number() && made != null;
      if (file) {
        send(">" + made);
        send("=" + wanted);
      }
      send(Integer.toString(code));
      return file || made == null;
    }

    private void send(String line) throws IOException {
      String text = endpoint.answering() + " " + line + "\n";
      client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Nobody takes the file. The command may be about to make it. */
    void abandon() {
      abandoned = true;
      removeIfAbandoned();
    }

    void removeIfAbandoned() {
      Path file = made;
      if (abandoned && file != null) {
        try {
          Files.deleteIfExists(file);
        } catch (IOException e) {
          throw new UncheckedIOException("cannot remove " + file, e);
        }
      }
    }
  }
}
