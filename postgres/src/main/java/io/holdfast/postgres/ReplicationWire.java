package io.holdfast.postgres;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BackupStream;
import org.postgresql.core.PGStream;
import org.postgresql.util.ServerErrorMessage;

/**
 * The messages of the frontend/backend protocol, version 3 (PostgreSQL documentation, "Message
 * Formats"), as replication commands use them. One thread reads; {@link #sendCopyData} may be
 * called from another; {@link #abort} from any.
 */
final class ReplicationWire implements AutoCloseable {
  private static final int MOST_CONTROL = 1 << 20;
  private static final int MOST_ROWS = 100_000;

  private final BackupStream session;
  private final PGStream stream;
  private final String server;
  private final Duration answerLimit;
  private final Clock clock;
  private final Object sending = new Object();
  private final InterruptWatch watch = new InterruptWatch(this::abort);

  private int remaining;
  private String doing = "a replication session";
  private volatile boolean aborted;

  /**
   * @param server for messages
   */
  ReplicationWire(BackupStream session, String server, Duration answerLimit, Clock clock) {
    this.session = session;
    this.stream = session.stream();
    this.server = server;
    this.answerLimit = answerLimit;
    this.clock = clock;
  }

  String server() {
    return server;
  }

  Duration answerLimit() {
    return answerLimit;
  }

  Clock clock() {
    return clock;
  }

  int serverMajor() {
    return session.serverVersion() / 10000;
  }

  /** Whether the server was in recovery when the session began. */
  boolean serverInRecovery() {
    return "on".equals(session.parameter("in_hot_standby"));
  }

  /** Sends a command; {@code what} names it in messages. */
  void sendQuery(String what, String command) {
    doing = what;
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    run(
        () -> {
          synchronized (sending) {
            stream.sendChar('Q');
            stream.sendInteger4(4 + text.length + 1);
            stream.send(text);
            stream.sendChar(0);
            stream.flush();
          }
          return 0;
        });
  }

  /** Sends one message of data within a COPY. */
  void sendCopyData(byte[] data) {
    run(
        () -> {
          synchronized (sending) {
            stream.sendChar('d');
            stream.sendInteger4(4 + data.length);
            stream.send(data);
            stream.flush();
          }
          return 0;
        });
  }

  /** Ends this side of a COPY. */
  void sendCopyDone() {
    run(
        () -> {
          synchronized (sending) {
            stream.sendChar('c');
            stream.sendInteger4(4);
            stream.flush();
          }
          return 0;
        });
  }

  /** How long {@link #nextMessage} may wait from now on. */
  void setLimit(Duration limit) {
    run(
        () -> {
          stream.setNetworkTimeout(
              (int) Math.min(Integer.MAX_VALUE, Math.max(1, limit.toMillis())));
          return 0;
        });
  }

  /** Whether something arrives within {@code wait}. Ends with the usual limit in force. */
  boolean arrives(Duration wait) {
    setLimit(wait);
    try {
      return await(
          () -> {
            try {
              stream.peekChar();
              return true;
            } catch (SocketTimeoutException e) {
              return false;
            }
          });
    } finally {
      setLimit(answerLimit);
    }
  }

  /**
   * Skips what is left of the current message and goes to the next one that matters; notices and
   * reports of parameters are passed over.
   *
   * @return its type
   * @throws ServerErrorException if it is an error
   */
  char nextMessage() {
    return await(
        () -> {
          while (true) {
            skipRest();
            char type = (char) stream.receiveChar();
            int length = stream.receiveInteger4();
            if (length < 4) {
              throw new ServerProtocolException(server + " sent a message of length " + length);
            }
            remaining = length - 4;
            switch (type) {
              case 'E' -> throw error();
              case 'N', 'S', 'A' -> {
                continue;
              }
              default -> {
                return type;
              }
            }
          }
        });
  }

  private void skipRest() throws IOException {
    stream.skip(remaining);
    remaining = 0;
  }

  private ServerErrorException error() throws IOException {
    requireControl();
    ServerErrorMessage message = new ServerErrorMessage(stream.receiveErrorString(remaining));
    remaining = 0;
    return ServerErrorException.of(server, doing, message);
  }

  private void requireControl() {
    if (remaining > MOST_CONTROL) {
      throw new ServerProtocolException(
          server + " sent a message of " + remaining + " bytes during " + doing);
    }
  }

  /** Goes to the next message and requires its type. */
  void expect(char type) {
    char found = nextMessage();
    if (found != type) {
      throw unexpected(found);
    }
  }

  /** Reads on to where the server is ready for the next command. */
  void finishCommand() {
    char type = nextMessage();
    while (type == 'C') {
      type = nextMessage();
    }
    if (type != 'Z') {
      throw unexpected(type);
    }
  }

  ServerProtocolException unexpected(char type) {
    return new ServerProtocolException(
        "%s sent an unexpected message '%c' during %s".formatted(server, type, doing));
  }

  /** Bytes of the current message that were not read yet. */
  int remaining() {
    return remaining;
  }

  /** Reads up to {@code length} bytes of the current message. */
  int read(byte[] buffer, int offset, int length) {
    int n = Math.min(length, remaining);
    await(
        () -> {
          stream.receive(buffer, offset, n);
          return 0;
        });
    remaining -= n;
    return n;
  }

  /** Reads the rest of a small message. */
  byte[] readRest() {
    requireControl();
    byte[] bytes = new byte[remaining];
    read(bytes, 0, bytes.length);
    return bytes;
  }

  int readByte() {
    byte[] one = readExactly(1);
    return one[0] & 0xFF;
  }

  long readLong() {
    return java.nio.ByteBuffer.wrap(readExactly(8)).getLong();
  }

  private byte[] readExactly(int length) {
    if (remaining < length) {
      throw new ServerProtocolException(server + " sent a message that is too short, in " + doing);
    }
    byte[] bytes = new byte[length];
    read(bytes, 0, length);
    return bytes;
  }

  /** Reads one result set, up to its CommandComplete. */
  List<ResultRow> readResult() {
    expect('T');
    readRest();
    return readRows();
  }

  /** Reads the rows of a result set whose description was read. */
  List<ResultRow> readRows() {
    List<ResultRow> rows = new ArrayList<>();
    for (char type = nextMessage(); type != 'C'; type = nextMessage()) {
      if (type != 'D' || rows.size() == MOST_ROWS) {
        throw unexpected(type);
      }
      rows.add(ResultRow.parse(readRest(), server));
    }
    return rows;
  }

  /** Runs a command that answers with at most one result set, and leaves the session ready. */
  List<ResultRow> query(String what, String command) {
    sendQuery(what, command);
    List<ResultRow> rows = List.of();
    Optional<ServerErrorException> failure = Optional.empty();
    while (true) {
      try {
        char type = nextMessage();
        switch (type) {
          case 'T' -> {
            readRest();
            rows = readRows();
          }
          case 'C' -> readRest();
          case 'Z' -> {
            readRest();
            if (failure.isPresent()) {
              throw failure.get();
            }
            return rows;
          }
          default -> throw unexpected(type);
        }
      } catch (ServerErrorException e) {
        // The server says that it is ready before the next command may be sent.
        if (failure.isPresent()) {
          throw e;
        }
        failure = Optional.of(e);
      } catch (ServerConnectionException e) {
        // After a fatal error the server closes the session without another word.
        throw failure.<PostgresException>map(error -> error).orElse(e);
      }
    }
  }

  @FunctionalInterface
  private interface Transfer<T> {
    T run() throws IOException;
  }

  private <T> T run(Transfer<T> transfer) {
    try {
      return transfer.run();
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** As {@link #run}, of the thread that reads: an interrupt ends it. */
  private <T> T await(Transfer<T> transfer) {
    return run(() -> watch.during(transfer::run));
  }

  private PostgresException lost(IOException e) {
    if (Thread.currentThread().isInterrupted() || aborted) {
      return ServerConnectionException.interrupted(doing);
    }
    String why = reason(e);
    return new ServerConnectionException(
        "Lost the connection to " + server + " during " + doing + ": " + why, e);
  }

  private String reason(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return "no answer within " + answerLimit.toSeconds() + " s";
    }
    if (e instanceof EOFException) {
      return "the server closed it";
    }
    @Nullable String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** Ends the connection at once, from any thread; what waits on it fails as cancelled. */
  void abort() {
    aborted = true;
    session.abort();
    watch.close();
  }

  /** Says goodbye and closes the connection. */
  @Override
  public void close() {
    watch.close();
    session.close();
  }
}
