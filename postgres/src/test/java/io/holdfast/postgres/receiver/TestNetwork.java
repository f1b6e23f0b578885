package io.holdfast.postgres.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A way to a port of this machine that can be cut, stopped and slowed down. */
final class TestNetwork implements AutoCloseable {
  private static final Duration MOMENT = Duration.ofMillis(10);
  private static final int PART = 8 << 10;

  private final int target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stalled;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  TestNetwork(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Breaks all connections; new ones can be made. */
  void cut() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    open.clear();
  }

  /** Whether nothing is carried, in either direction, while connections stay. */
  void stall(boolean now) {
    stalled = now;
  }

  /** Carries at most so much, in each direction of each connection. */
  void limit(long bytes) {
    bytesPerSecond = bytes;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        Thread.ofVirtual().start(() -> carry(client, server));
        Thread.ofVirtual().start(() -> carry(server, client));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[PART];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        while (stalled) {
          LockSupport.parkNanos(MOMENT.toNanos());
        }
        out.write(buffer, 0, count);
        LockSupport.parkNanos(count * 1_000_000_000L / bytesPerSecond);
      }
    } catch (IOException e) {
      // One of its ends is gone; the other goes with it.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
