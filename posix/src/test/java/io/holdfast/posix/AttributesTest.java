package io.holdfast.posix;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributesTest {
  private static final BytePath FILE = BytePath.of("file");
  private static final byte[] NAME = "user.holdfast.test".getBytes(US_ASCII);

  @TempDir Path temp;
  private DirectoryHandle directory;

  @BeforeEach
  void open() throws Exception {
    directory = DirectoryHandle.open(BytePath.of(temp.toString()));
    directory.createFile(FILE, 0600).close();
    try {
      directory.setAttribute(NAME, new byte[0]);
      directory.removeAttribute(NAME);
    } catch (PosixException e) {
      assumeTrue(!e.isUnsupported(), "no user attributes on this file system");
      throw e;
    }
  }

  @AfterEach
  void close() throws Exception {
    directory.close();
  }

  private static List<String> names(Node node) throws PosixException {
    return node.attributes().stream().map(name -> new String(name, US_ASCII)).toList();
  }

  private static void roundTrip(Node node) throws PosixException {
    byte[] value = new byte[3000]; // longer than the first guess
    new Random(2).nextBytes(value);
    node.setAttribute(NAME, value);
    assertThat(node.attribute(NAME)).isEqualTo(value);
    assertThat(names(node)).contains("user.holdfast.test");
    node.setAttribute(NAME, new byte[0]);
    assertThat(node.attribute(NAME)).isEmpty();
    node.removeAttribute(NAME);
    assertThat(names(node)).doesNotContain("user.holdfast.test");
    assertThatExceptionOfType(PosixException.class)
        .isThrownBy(() -> node.attribute(NAME))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENODATA));
  }

  @Test
  void keepsAttributesByNameAndByHandle() throws Exception {
    roundTrip(directory.node(FILE));
    roundTrip(directory);
    try (FileHandle file = directory.openFileToWrite(FILE)) {
      roundTrip(file);
    }
  }

  @Test
  void keepsAttributesOfALinkApartFromItsTarget() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "trusted attributes need root");
    byte[] trusted = "trusted.holdfast".getBytes(US_ASCII);
    directory.makeSymlink(BytePath.of("link"), FILE);
    Node link = directory.node(BytePath.of("link"));
    try {
      link.setAttribute(trusted, new byte[] {7});
    } catch (PosixException e) {
      assumeTrue(!e.isDenied(), "trusted attributes are not allowed here");
      throw e;
    }
    assertThat(link.attribute(trusted)).containsExactly(7);
    assertThat(names(directory.node(FILE))).doesNotContain("trusted.holdfast");
  }
}
