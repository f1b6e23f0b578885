package io.holdfast.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked of the process that stays. On the wire: strings, each ended by a zero byte: the
 * word that shows who asks, the number of arguments, the directory, HOLDFAST_CONFIG, the arguments.
 *
 * @param directory in which the command is to run
 * @param configuration value of HOLDFAST_CONFIG, empty if it has none
 * @param arguments of the program
 */
record AgentRequest(Path directory, String configuration, List<String> arguments) {
  private static final int MOST_BYTES = 64 << 10;
  private static final int MOST_ARGUMENTS = 64;

  /**
   * Reads a request.
   *
   * @param word that shows that the agent's own account asks
   * @throws ProtocolException if it is none
   */
  static AgentRequest read(InputStream in, String word) throws IOException {
    Strings strings = new Strings(in);
    byte[] shown = strings.next();
    if (!MessageDigest.isEqual(shown, word.getBytes(StandardCharsets.US_ASCII))) {
      throw new ProtocolException("a stranger asks");
    }
    int count = count(RawArguments.decode(strings.next()));
    Path directory = Path.of(RawArguments.decode(strings.next()));
    String configuration = RawArguments.decode(strings.next());
    List<String> arguments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      arguments.add(RawArguments.decode(strings.next()));
    }
    return new AgentRequest(directory, configuration, arguments);
  }

  private static int count(String digits) throws ProtocolException {
    try {
      int count = Integer.parseInt(digits);
      if (count >= 0 && count <= MOST_ARGUMENTS) {
        return count;
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw new ProtocolException(digits + " arguments");
  }

  private static final class Strings {
    private final InputStream in;
    private int left = MOST_BYTES;

    Strings(InputStream in) {
      this.in = in;
    }

    byte[] next() throws IOException {
      ByteArrayOutputStream string = new ByteArrayOutputStream();
      for (int b = in.read(); b != 0; b = in.read()) {
        if (b < 0 || --left <= 0) {
          throw new ProtocolException(b < 0 ? "it ends amid a request" : "too long");
        }
        string.write(b);
      }
      return string.toByteArray();
    }
  }
}
