package io.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Brings libraries' class files that are older than Java 6 to a newer version: the JVM keeps no
 * older ones in an ahead-of-time cache, nor what inherits from them. Only the version changes, and
 * stack map frames are added, which the newer version asks for. The launcher does it when it
 * builds. docs/decisions/ahead-of-time-cache.md.
 */
final class NewerClassFiles {
  /** Of Java 6: the first one that is kept. */
  private static final int KEPT = 50;

  private static final int MAGIC = 0xCAFEBABE;

  private static final ClassTransform TO_JAVA_8 =
      ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
          .andThen(
              (builder, element) ->
                  builder.with(
                      element instanceof ClassFileVersion
                          ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                          : element));

  /** Looks types up in the class files of the class path; loads none. */
  private final ClassFile classes = ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);

  private final PrintStream out;

  NewerClassFiles(PrintStream out) {
    this.out = out;
  }

  /**
   * @param args a directory with jars, all of which are on the class path
   */
  public static void main(String[] args) throws IOException {
    new NewerClassFiles(System.out).inDirectory(Path.of(args[0]));
  }

  /**
   * Replaces each jar that has old class files. One that cannot be brought on stays, and is told.
   */
  void inDirectory(Path directory) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
      for (Path jar : jars) {
        Path newer = jar.resolveSibling(jar.getFileName() + ".new");
        try {
          if (write(jar, newer)) {
            Files.move(newer, jar, StandardCopyOption.ATOMIC_MOVE);
            out.println(jar.getFileName() + ": its class files are of a newer version now");
          }
        } catch (IOException | IllegalArgumentException e) {
          out.println(jar.getFileName() + " keeps its old class files: " + e.getMessage());
        } finally {
          Files.deleteIfExists(newer);
        }
      }
    }
  }

  /**
   * Writes the jar with newer class files, all other entries as they are; nothing if it has no old
   * ones.
   *
   * @return whether it was written
   * @throws IllegalArgumentException when that is not possible
   */
  boolean write(Path jar, Path newer) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile())) {
      if (!hasOld(from)) {
        return false;
      }
      try (OutputStream stream = Files.newOutputStream(newer);
          ZipOutputStream to = new ZipOutputStream(stream)) {
        for (ZipEntry entry : Collections.list(from.entries())) {
          copy(from, entry, to);
        }
      }
      return true;
    }
  }

  private static boolean hasOld(ZipFile jar) throws IOException {
    boolean old = false;
    boolean signed = false;
    for (ZipEntry entry : Collections.list(jar.entries())) {
      try (InputStream stream = jar.getInputStream(entry)) {
        old |= isOld(entry.getName(), stream.readNBytes(8));
      }
      String name = entry.getName().toUpperCase(Locale.ROOT);
      signed |= name.startsWith("META-INF/") && name.endsWith(".SF");
    }
    if (old && signed) {
      throw new IllegalArgumentException("it is signed");
    }
    return old;
  }

  private void copy(ZipFile from, ZipEntry entry, ZipOutputStream to) throws IOException {
    byte[] content;
    try (InputStream stream = from.getInputStream(entry)) {
      content = stream.readAllBytes();
    }
    ZipEntry copy = new ZipEntry(entry);
    if (isOld(entry.getName(), content)) {
      content = newer(content);
      copy.setMethod(ZipEntry.DEFLATED);
    }
    if (copy.getMethod() == ZipEntry.DEFLATED) {
      copy.setCompressedSize(-1); // is found anew, as is the size
    }
    to.putNextEntry(copy);
    to.write(content);
    to.closeEntry();
  }

  private static boolean isOld(String name, byte[] start) {
    return name.endsWith(".class")
        && start.length >= 8
        && ByteBuffer.wrap(start).getInt() == MAGIC
        && ByteBuffer.wrap(start).getShort(6) < KEPT;
  }

  private byte[] newer(byte[] old) {
    byte[] result = classes.transformClass(classes.parse(old), TO_JAVA_8);
    for (VerifyError error : classes.verify(result)) {
      throw new IllegalArgumentException(error.getMessage());
    }
    return result;
  }
}
