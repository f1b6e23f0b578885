package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.AnnotatedElement;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On the jar that it is for: picocli's, whose class files are those of Java 5. */
class NewerClassFilesTest {
  private static final Path PICOCLI =
      Path.of(
          URI.create(
              CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toString()));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final NewerClassFiles newerClassFiles =
      new NewerClassFiles(new PrintStream(out, true, UTF_8));

  @TempDir Path directory;

  @Test
  void allClassesPassTheVerifierAndHaveTheSameMembers() throws Exception {
    Path jar = rewritten();
    int classes = 0;
    try (URLClassLoader old = alone(PICOCLI);
        URLClassLoader newer = alone(jar)) {
      for (String name : classesOf(jar)) {
        Class<?> rewritten = Class.forName(name, false, newer);
        assertThat(rewritten.getClassLoader()).isSameAs(newer);
        // To list methods links the class, which verifies it.
        assertThat(shape(rewritten)).isEqualTo(shape(Class.forName(name, false, old)));
        classes++;
      }
    }
    assertThat(classes).isGreaterThan(200);
  }

  @Test
  void classFilesAreNewEnoughForTheCacheAndAllElseIsAsItWas() throws Exception {
    try (ZipFile old = new ZipFile(PICOCLI.toFile());
        ZipFile newer = new ZipFile(rewritten().toFile())) {
      List<? extends ZipEntry> entries = Collections.list(old.entries());
      assertThat(Collections.list(newer.entries()).stream().map(ZipEntry::getName))
          .containsExactlyElementsOf(entries.stream().map(ZipEntry::getName).toList());
      for (ZipEntry entry : entries) {
        byte[] before = content(old, entry.getName());
        byte[] after = content(newer, entry.getName());
        if (entry.getName().endsWith(".class") && version(before) < 50) {
          assertThat(version(after)).as(entry.getName()).isEqualTo(52);
        } else {
          assertThat(after).as(entry.getName()).isEqualTo(before);
        }
        assertThat(newer.getEntry(entry.getName()).getTime()).isEqualTo(entry.getTime());
      }
    }
  }

  @Test
  void aJarIsReplacedOnce() throws Exception {
    Path jar = Files.copy(PICOCLI, directory.resolve("picocli.jar"));
    newerClassFiles.inDirectory(directory);
    assertThat(Files.mismatch(jar, PICOCLI)).isNotEqualTo(-1);
    byte[] first = Files.readAllBytes(jar);
    newerClassFiles.inDirectory(directory);
    assertThat(jar).hasBinaryContent(first);
    assertThat(out.toString(UTF_8).lines())
        .containsExactly("picocli.jar: its class files are of a newer version now");
    assertThat(directory.toFile().list()).containsExactly("picocli.jar");
  }

  @Test
  void whatIsSignedOrNoClassFileStaysAndIsTold() throws Exception {
    byte[] old = {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0, 49, 0, 0};
    Path signed = jar("signed.jar", "META-INF/A.SF", new byte[1], "A.class", old);
    Path torn = jar("torn.jar", "A.class", old);
    Path none = Files.write(directory.resolve("none.jar"), new byte[10]);
    List<byte[]> before =
        List.of(Files.readAllBytes(signed), Files.readAllBytes(torn), Files.readAllBytes(none));
    newerClassFiles.inDirectory(directory);
    assertThat(
            List.of(Files.readAllBytes(signed), Files.readAllBytes(torn), Files.readAllBytes(none)))
        .usingRecursiveComparison()
        .isEqualTo(before);
    assertThat(out.toString(UTF_8).lines())
        .hasSize(3)
        .allMatch(line -> line.contains(".jar keeps its old class files: "))
        .contains("signed.jar keeps its old class files: it is signed");
    assertThat(directory.toFile().list()).hasSize(3);
    assertThatThrownBy(() -> newerClassFiles.write(signed, directory.resolve("x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private Path rewritten() throws IOException {
    Path jar = directory.resolve("rewritten.jar");
    assertThat(newerClassFiles.write(PICOCLI, jar)).isTrue();
    return jar;
  }

  private Path jar(String name, Object... namesAndContents) throws IOException {
    Path jar = directory.resolve(name);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
        zip.write((byte[]) namesAndContents[i + 1]);
      }
    }
    return jar;
  }

  private static URLClassLoader alone(Path jar) throws IOException {
    return new URLClassLoader(
        new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
  }

  private static List<String> classesOf(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return Collections.list(zip.entries()).stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith("picocli/") && name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    }
  }

  /** The class, its members, and their annotations, as text. */
  private static List<String> shape(Class<?> type) {
    List<String> shape = new ArrayList<>();
    shape.add(type.toGenericString() + " " + type.getGenericSuperclass());
    shape.add(Arrays.toString(type.getGenericInterfaces()));
    Stream.of(
            Stream.of(type),
            Arrays.stream(type.getDeclaredFields()),
            Arrays.stream(type.getDeclaredConstructors()),
            Arrays.stream(type.getDeclaredMethods()))
        .flatMap(members -> members)
        .map(AnnotatedElement.class::cast)
        .map(member -> described(member))
        .sorted()
        .forEach(shape::add);
    return shape;
  }

  private static String described(AnnotatedElement element) {
    String member =
        switch (element) {
          case java.lang.reflect.Field field -> field.toGenericString();
          case java.lang.reflect.Executable executable -> executable.toGenericString();
          default -> element.toString();
        };
    return member + " " + Arrays.toString(element.getDeclaredAnnotations());
  }

  private static byte[] content(ZipFile zip, String name) throws IOException {
    try (InputStream stream = zip.getInputStream(zip.getEntry(name))) {
      return stream.readAllBytes();
    }
  }

  private static int version(byte[] classFile) {
    return ByteBuffer.wrap(classFile).getShort(6);
  }
}
