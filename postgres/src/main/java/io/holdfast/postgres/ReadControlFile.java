package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import java.util.Arrays;

/**
 * Reads the control file of a server that may be writing it: again, until its checksum holds. The
 * server writes it in place and quickly, so a few times are enough.
 */
public final class ReadControlFile {
  private static final int ATTEMPTS = 100;
  private static final long PAUSE_MILLIS = 10;
  private static final BytePath GLOBAL = BytePath.of("global");
  private static final BytePath NAME = BytePath.of("pg_control");

  private ReadControlFile() {}

  /**
   * The bytes of the file, which {@link ControlFile#parse} takes.
   *
   * @throws PosixException if it cannot be read
   * @throws DamagedControlFileException if it does not get right
   */
  public static byte[] from(DirectoryHandle dataDirectory)
      throws PosixException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      byte[] bytes = read(dataDirectory);
      try {
        ControlFile.parse(bytes);
        return bytes;
      } catch (DamagedControlFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static byte[] read(DirectoryHandle dataDirectory) throws PosixException {
    byte[] bytes = new byte[ControlFile.FILE_SIZE];
    int size = 0;
    try (DirectoryHandle global = dataDirectory.openDirectory(GLOBAL);
        FileHandle file = global.openFile(NAME)) {
      int count = 0;
      while (size < bytes.length && count >= 0) {
        size += count;
        count = file.read(size, bytes, size, bytes.length - size);
      }
    }
    return Arrays.copyOf(bytes, size);
  }
}
