package io.holdfast.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A unix socket in the shape of a {@link Socket}, with timeouts. One thread reads, one writes; any
 * thread may close it, and an interrupt ends a wait. Options of TCP are accepted and ignored.
 */
final class UnixSocket extends Socket {
  /** How long the other side may leave its end unread. */
  private static final int WRITE_MILLIS = 120_000;

  private final Path path;
  private volatile @Nullable SocketChannel channel;
  private volatile @Nullable Selector readable;
  private volatile @Nullable Selector writable;
  private volatile boolean closed;
  private volatile int timeoutMillis;

  UnixSocket(Path path) {
    this.path = path;
  }

  void connect() throws IOException {
    if (closed) {
      throw new SocketException("the socket is closed");
    }
    SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      opened.connect(UnixDomainSocketAddress.of(path));
      opened.configureBlocking(false);
      readable = Selector.open();
      writable = Selector.open();
      channel = opened;
    } catch (IOException e) {
      opened.close();
      throw new SocketException("cannot connect to " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void connect(SocketAddress ignored) throws IOException {
    connect();
  }

  @Override
  public void connect(SocketAddress ignored, int timeout) throws IOException {
    connect();
  }

  private SocketChannel channel() throws SocketException {
    SocketChannel current = channel;
    if (current == null || closed) {
      throw new SocketException("the socket is " + (closed ? "closed" : "not connected"));
    }
    return current;
  }

  private int read(ByteBuffer into) throws IOException {
    SocketChannel from = channel();
    long start = System.nanoTime();
    for (int n = from.read(into); ; n = from.read(into)) {
      if (n != 0) {
        return n;
      }
      await(from, readable, SelectionKey.OP_READ, start, timeoutMillis);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    SocketChannel to = channel();
    long start = System.nanoTime();
    while (bytes.hasRemaining()) {
      if (to.write(bytes) == 0) {
        await(to, writable, SelectionKey.OP_WRITE, start, WRITE_MILLIS);
      }
    }
  }

  /** Waits until the channel is ready, at most {@code limit} milliseconds since {@code start}. */
  private void await(
      SocketChannel on, @Nullable Selector ready, int operation, long start, int limit)
      throws IOException {
    if (ready == null) {
      throw new SocketException("the socket is not connected");
    }
    on.register(ready, operation);
    long millis = 0;
    if (limit > 0) {
      millis = limit - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      if (millis <= 0) {
        throw new SocketTimeoutException("no answer within " + limit + " ms");
      }
    }
    ready.select(key -> {}, millis);
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while waiting for " + path);
    }
    channel();
  }

  @Override
  public InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return length == 0 ? 0 : UnixSocket.this.read(ByteBuffer.wrap(buffer, offset, length));
      }

      @Override
      public void close() throws IOException {
        UnixSocket.this.close();
      }
    };
  }

  @Override
  public OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        UnixSocket.this.write(ByteBuffer.wrap(new byte[] {(byte) b}));
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        UnixSocket.this.write(ByteBuffer.wrap(buffer, offset, length));
      }

      @Override
      public void close() throws IOException {
        UnixSocket.this.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    closed = true;
    SocketChannel current = channel;
    if (current != null) {
      current.close();
    }
    for (Selector waiting : new Selector[] {readable, writable}) {
      if (waiting != null) {
        waiting.close();
      }
    }
  }

  @Override
  public void setSoTimeout(int millis) {
    timeoutMillis = millis;
  }

  @Override
  public int getSoTimeout() {
    return timeoutMillis;
  }

  @Override
  public boolean isConnected() {
    return channel != null;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public boolean getTcpNoDelay() {
    return true;
  }

  @Override
  public void setKeepAlive(boolean on) {}

  @Override
  public void setSendBufferSize(int size) {}

  @Override
  public int getSendBufferSize() {
    return 64 * 1024;
  }

  @Override
  public void setReceiveBufferSize(int size) {}

  @Override
  public int getReceiveBufferSize() {
    return 64 * 1024;
  }
}
