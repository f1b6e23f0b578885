package io.holdfast.demo;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The files that users of the sample platform have uploaded: ordinary ones, and some that are easy
 * to lose.
 */
final class SampleFiles {
  private static final String WORDS =
      "the model agent answers question with context from document and customer invoice project plan draft ";
  private static final int LARGEST_TEXT = 300_000;

  private final Path root;
  private final RandomGenerator random;

  SampleFiles(Path root, RandomGenerator random) {
    this.root = root;
    this.random = random;
  }

  /**
   * A document that was uploaded.
   *
   * @param path below the root
   */
  @SuppressWarnings("ArrayRecordComponent") // goes straight into the database
  record Upload(String path, String mediaType, long bytes, byte[] sha256) {}

  /** Writes the first so many documents, and the odd ones. */
  List<Upload> create(int count) {
    try {
      Files.createDirectories(root);
      List<Upload> uploads = new ArrayList<>();
      for (int i = 1; i <= count; i++) {
        uploads.add(upload(i));
      }
      writeOddOnes();
      return uploads;
    } catch (IOException e) {
      throw new DemoException("cannot write sample files: " + e.getMessage(), e);
    }
  }

  /** Writes one more document: every third one is media, which does not compress. */
  Upload upload(int number) throws IOException {
    boolean media = number % 3 == 0;
    String name =
        "project-%03d/document-%04d.%s".formatted(number % 120, number, media ? "jpg" : "txt");
    byte[] bytes =
        media ? noise(20_000 + random.nextInt(200_000)) : text(random.nextInt(LARGEST_TEXT));
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    return new Upload(name, media ? "image/jpeg" : "text/plain", bytes.length, sha256(bytes));
  }

  /** Changes some, removes some, adds some: what an incremental has to notice. */
  List<Upload> change(int existing) throws IOException {
    List<Upload> uploads = new ArrayList<>();
    for (int i = 1; i <= existing; i += 25) {
      uploads.add(upload(i));
    }
    for (int i = 1; i <= 20; i++) {
      uploads.add(upload(existing + i));
    }
    Files.delete(root.resolve("odd/empty"));
    Files.move(root.resolve("odd/renamed-later.txt"), root.resolve("odd/renamed.txt"));
    return uploads;
  }

  private void writeOddOnes() throws IOException {
    Files.createDirectories(root.resolve("odd/an empty directory"));
    Files.createFile(root.resolve("odd/empty"));
    Files.writeString(root.resolve("odd/renamed-later.txt"), "the same bytes under another name");
    Files.createSymbolicLink(root.resolve("odd/link"), Path.of("../project-001"));
    Files.createSymbolicLink(root.resolve("odd/dangling"), Path.of("/nowhere/at/all"));
    try (DirectoryHandle odd = DirectoryHandle.open(BytePath.of(root.resolve("odd").toString()))) {
      BytePath twice = BytePath.of("one file");
      try (FileHandle file = odd.createFile(twice, 0640)) {
        write(file, "two names");
        setAttributeIfPossible(file);
      }
      odd.link(twice, odd, BytePath.of("two names"));
      try (FileHandle file =
          odd.createFile(
              BytePath.of(new byte[] {'n', 'o', 't', ' ', (byte) 0xFC, (byte) 0xFF}), 0600)) {
        write(file, "a name that is not UTF-8");
        file.setTimes(
            new FileTimestamp(-1, 999_999_999), new FileTimestamp(1_234_567_890, 123_456_789));
      }
      try (FileHandle file = odd.createFile(BytePath.of("sparse.img"), 0644)) {
        file.setLength(48L << 20);
        byte[] end = "the end of a hole".getBytes(StandardCharsets.UTF_8);
        file.write((48L << 20) - end.length, end, 0, end.length);
      }
      odd.makeNode(BytePath.of("fifo"), NodeType.FIFO, 0620, 0);
    }
  }

  private static void write(FileHandle file, String text) throws PosixException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    file.write(0, bytes, 0, bytes.length);
  }

  private static void setAttributeIfPossible(FileHandle file) throws PosixException {
    try {
      file.setAttribute(
          "user.holdfast.demo".getBytes(StandardCharsets.UTF_8),
          "kept".getBytes(StandardCharsets.UTF_8));
    } catch (PosixException e) {
      if (!e.isUnsupported()) {
        throw e;
      }
    }
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] text(int length) {
    StringBuilder text = new StringBuilder(length + WORDS.length());
    while (text.length() < length) {
      int from = random.nextInt(WORDS.length() - 1);
      text.append(WORDS, from, Math.min(WORDS.length(), from + 24))
          .append(random.nextInt(1000))
          .append(' ');
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
