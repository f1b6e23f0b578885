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
 * A unix socket in the shape of a {@link Socket}, with read timeouts. One thread uses it at a time;
 * any thread may close it, and an interrupt ends a wait. Options of TCP are accepted and ignored.
 */
final class UnixSocket extends Socket {
  private final Path path;
  private volatile @Nullable SocketChannel channel;
  private @Nullable Selector selector;
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
      selector = Selector.open();
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
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    for (int n = from.read(into); ; n = from.read(into)) {
      if (n != 0) {
        return n;
      }
      await(from, SelectionKey.OP_READ, deadline);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    SocketChannel to = channel();
    while (bytes.hasRemaining()) {
      if (to.write(bytes) == 0) {
        await(
            to,
            SelectionKey.OP_WRITE,
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
      }
    }
  }

  private void await(SocketChannel on, int operation, long deadline) throws IOException {
    Selector ready = selector;
    if (ready == null) {
      throw new SocketException("the socket is not connected");
    }
    on.register(ready, operation);
    long millis = 0;
    if (timeoutMillis > 0) {
      millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0) {
        throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
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
    Selector waiting = selector;
    if (current != null) {
      current.close();
    }
    if (waiting != null) {
      waiting.close();
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
