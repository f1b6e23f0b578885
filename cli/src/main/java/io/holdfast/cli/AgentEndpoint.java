package io.holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;

/**
 * Where the process that stays is found, for its own account only: a file with its port and two
 * random words. Who asks shows the one, who answers the other, so that neither takes a stranger on
 * the port for the other side. {@code tools/ask-agent} reads it.
 *
 * @param file where; it is there as long as the agent answers, or was killed
 * @param asking what a request begins with
 * @param answering what each line of an answer begins with
 */
record AgentEndpoint(Path file, String asking, String answering) {
  private static final int RANDOM_BYTES = 16;
  private static final FileAttribute<?> OWN_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> OWN_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** With new words. */
  static AgentEndpoint at(Path file, SecureRandom random) {
    return new AgentEndpoint(file.toAbsolutePath(), word(random), word(random));
  }

  private static String word(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private Path directory() {
    return Objects.requireNonNull(file.getParent());
  }

  private Path beside(String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /**
   * Takes the place, until the result is closed.
   *
   * @throws AgentException if another agent has it, or others may write there
   */
  Claim claim() {
    try {
      Files.createDirectories(directory(), OWN_DIRECTORY);
      requireOwnDirectory();
      FileChannel channel =
          FileChannel.open(
              beside(".lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              OWN_FILE);
      boolean locked = false;
      try {
        locked = channel.tryLock() != null;
      } catch (OverlappingFileLockException _) {
        // Of this process, and so as good as another one's.
      } finally {
        if (!locked) {
          channel.close();
        }
      }
      if (!locked) {
        throw AgentException.running(this);
      }
      return new Claim(channel);
    } catch (IOException e) {
      throw AgentException.failed(this, e);
    }
  }

  private void requireOwnDirectory() throws IOException {
    Set<PosixFilePermission> rights =
        Files.getPosixFilePermissions(directory(), LinkOption.NOFOLLOW_LINKS);
    Object owner = Files.getAttribute(directory(), "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (Files.isSymbolicLink(directory())
        || !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
        || rights.contains(PosixFilePermission.GROUP_WRITE)
        || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw AgentException.unsafe(this);
    }
  }

  /** The right to answer here. */
  final class Claim implements AutoCloseable {
    private final FileChannel lock;

    private Claim(FileChannel lock) {
      this.lock = lock;
    }

    /** Tells where to ask. */
    void publish(int port) throws IOException {
      Path unfinished = beside(".new");
      Files.deleteIfExists(unfinished);
      try (SeekableByteChannel channel =
          Files.newByteChannel(
              unfinished,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWN_FILE)) {
        String text = port + "\n" + asking + "\n" + answering + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      Files.deleteIfExists(
          beside(".failed")); // the launcher's mark of a start that came to nothing
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Nobody is to ask any more. */
    void withdraw() throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  @Override
  public String toString() {
    return "AgentEndpoint[" + file + "]";
  }
}
