package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.FileHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose name is not UTF-8, beside one that is called alike. */
class ByteNamesTest {
  /** As ISO 8859-1 has it. */
  private static final BytePath NAME = BytePath.of(new byte[] {'c', 'a', 'f', (byte) 0xE9});

  private static final byte[] CONTENT = "espresso".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path root;
  private LaunchedCommand program;

  @BeforeEach
  void backUp() throws Exception {
    program = new LaunchedCommand(root, new Random(1));
    Path files = Files.createDirectory(root.resolve("files"));
    Files.writeString(files.resolve("cafe"), "another");
    try (DirectoryHandle directory = DirectoryHandle.open(BytePath.of(files.toString()));
        FileHandle file = directory.createFile(NAME, 0600)) {
      file.write(0, CONTENT, 0, CONTENT.length);
    }
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, key-file: key}}
        sources: {files: {type: files, path: files}}
        policies: {all: {repository: main, sources: [files]}}
        """);
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    assertThat(program.run("backup").code()).isZero();
  }

  @Test
  void itIsAskedForAndShownByItsBytes() throws Exception {
    assertThat(program.run("show", "latest", "caf\uDCE9").out()).contains("files: caf\\xe9");
    CommandRun run =
        program.run(
            "restore", "--source", "files", "--path", "caf\uDCE9", "--to", out().toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertOnlyItCameBack();
  }

  @Test
  void itsBytesComeFromTheShellThroughTheKernel() throws Exception {
    List<String> shell =
        List.of("/bin/sh", "-c", "exec \"$0\" \"$@\" --path \"$(printf 'caf\\351')\"");
    CommandRun run =
        program.launchBy(shell, "restore", "--source", "files", "--to", out().toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    assertOnlyItCameBack();
  }

  private Path out() {
    return root.resolve("out");
  }

  private void assertOnlyItCameBack() throws Exception {
    try (DirectoryHandle directory = DirectoryHandle.open(BytePath.of(out().toString()));
        DirectoryReader names = directory.read();
        FileHandle file = directory.openFile(NAME)) {
      assertThat(names.next()).isEqualTo(NAME);
      assertThat(names.next()).isNull();
      byte[] bytes = new byte[CONTENT.length + 1];
      assertThat(file.read(0, bytes, 0, bytes.length)).isEqualTo(CONTENT.length);
      assertThat(bytes).startsWith(CONTENT);
    }
  }
}
