package io.holdfast.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to start a {@link LocalServer}.
 *
 * @param dataDirectory owned by {@code account}
 * @param settings server settings that override those of the configuration file
 * @param tcp whether to listen on 127.0.0.1 too, on a port that the kernel chooses
 * @param logFile what the server says is appended here
 * @param limit how long the server may take until it is ready
 */
public record LocalServerStart(
    ServerBinaries binaries,
    ServerAccount account,
    Path dataDirectory,
    Map<String, String> settings,
    boolean tcp,
    Path logFile,
    Duration limit) {

  public LocalServerStart {
    dataDirectory = dataDirectory.toAbsolutePath();
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /** Only a unix socket, the log beside the data directory, a minute to get ready. */
  public static LocalServerStart of(
      ServerBinaries binaries, ServerAccount account, Path dataDirectory) {
    Path log = dataDirectory.resolveSibling(dataDirectory.getFileName() + ".log");
    return new LocalServerStart(
        binaries, account, dataDirectory, Map.of(), false, log, Duration.ofMinutes(1));
  }

  public LocalServerStart with(String setting, String value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(setting, value);
    return new LocalServerStart(binaries, account, dataDirectory, more, tcp, logFile, limit);
  }

  public LocalServerStart withTcp() {
    return new LocalServerStart(binaries, account, dataDirectory, settings, true, logFile, limit);
  }

  public LocalServerStart withLogFile(Path file) {
    return new LocalServerStart(binaries, account, dataDirectory, settings, tcp, file, limit);
  }

  public LocalServerStart withLimit(Duration time) {
    return new LocalServerStart(binaries, account, dataDirectory, settings, tcp, logFile, time);
  }

  /**
   * Starts the server and waits until it is ready.
   *
   * @throws LocalServerException with the end of the server's log if it does not get there
   */
  public LocalServer start() {
    return LocalServer.start(this);
  }
}
