package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawArgumentsTest {
  @TempDir Path directory;

  @Test
  void argumentsThatAreUtf8AreTakenAsTheyAre() throws Exception {
    assertThat(
            arguments(
                "java\0Main\0show\0Grüße 😀\0",
                "show",
                "Gr\uFFFD\uFFFD\uFFFD\uFFFDe \uFFFD\uFFFD\uFFFD\uFFFD"))
        .containsExactly("show", "Grüße 😀");
  }

  @Test
  void bytesThatAreNotUtf8SurviveAsLoneSurrogates() {
    byte[] name = {'a', (byte) 0xFF, 'b', (byte) 0xC3, (byte) 0xED, (byte) 0xA0, (byte) 0x80};
    assertThat(RawArguments.decode(name)).isEqualTo("a\uDCFFb\uDCC3\uDCED\uDCA0\uDC80");
  }

  @Property
  void everyByteStringComesBack(@ForAll byte[] bytes) {
    assertThat(encode(RawArguments.decode(bytes))).isEqualTo(bytes);
  }

  @Test
  void anEmptyArgumentIsKept() throws Exception {
    assertThat(arguments("java\0Main\0\0x\0", "", "x")).containsExactly("", "x");
  }

  @Test
  void argumentsThatDoNotCorrespondAreTakenFromTheJvm() throws Exception {
    assertThat(arguments("java\0@file\0", "show", "x")).containsExactly("show", "x");
  }

  @Test
  void withoutProcTheJvmsArgumentsAreUsed() {
    String[] decoded = {"show"};
    assertThat(new RawArguments(directory.resolve("absent")).of(decoded)).isSameAs(decoded);
  }

  private String[] arguments(String commandLine, String... decoded) throws Exception {
    Path file = Files.writeString(directory.resolve("cmdline"), commandLine);
    return new RawArguments(file).of(decoded);
  }

  /** Surrogate escaping undone, written anew from its definition. */
  private static byte[] encode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    text.codePoints()
        .forEach(
            c -> {
              if (c >= 0xDC80 && c <= 0xDCFF) {
                bytes.write(c - 0xDC00);
              } else {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }
}
