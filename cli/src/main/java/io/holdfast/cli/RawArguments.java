package io.holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The program's arguments as the bytes that the kernel holds. The JVM decodes them by the locale
 * and loses what does not fit; file names need every byte. A byte that is no valid UTF-8 becomes
 * the lone surrogate U+DC00 + byte, which {@code BytePath.fromArgument} turns back.
 */
final class RawArguments {
  private final Path commandLine;

  /** Reads this process's own arguments. */
  RawArguments() {
    this(Path.of("/proc/self/cmdline"));
  }

  RawArguments(Path commandLine) {
    this.commandLine = commandLine;
  }

  /**
   * The last {@code decoded.length} entries of the command line.
   *
   * @param decoded the arguments as the JVM gives them; returned as they are where the kernel's
   *     form cannot be read or does not agree with them
   */
  String[] of(String[] decoded) {
    List<byte[]> raw;
    try {
      raw = split(Files.readAllBytes(commandLine));
    } catch (IOException _) {
      return decoded; // no /proc here: names that are not UTF-8 cannot be given, all others can
    }
    if (raw.size() < decoded.length) {
      return decoded;
    }
    List<byte[]> own = raw.subList(raw.size() - decoded.length, raw.size());
    String[] result = new String[decoded.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = decode(own.get(i));
      if (!asciiOf(result[i]).equals(asciiOf(decoded[i]))) {
        return decoded; // the launcher changed its arguments (an @file): they do not correspond
      }
    }
    return result;
  }

  private static List<byte[]> split(byte[] commandLine) {
    List<byte[]> entries = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        entries.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return entries;
  }

  /** UTF-8, each byte that does not belong to a valid sequence as U+DC00 + byte. */
  static String decode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      int length = validLength(bytes, at);
      if (length == 0) {
        text.append((char) (0xDC00 + (bytes[at] & 0xFF)));
        at++;
      } else {
        text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
        at += length;
      }
    }
    return text.toString();
  }

  /** The length of the valid sequence at {@code at}; 0 when there is none. */
  private static int validLength(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length <= 1 || at + length > bytes.length) {
      return length <= 1 ? length : 0;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
      return length;
    } catch (CharacterCodingException _) {
      return 0;
    }
  }

  /** What every locale decodes alike: enough to tell whether two arguments are the same one. */
  private static String asciiOf(String argument) {
    StringBuilder ascii = new StringBuilder(argument.length());
    for (int i = 0; i < argument.length(); i++) {
      if (argument.charAt(i) < 0x80) {
        ascii.append(argument.charAt(i));
      }
    }
    return ascii.toString();
  }
}
