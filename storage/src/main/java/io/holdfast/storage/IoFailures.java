package io.holdfast.storage;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what java.nio throws into the failures of a store. java.nio drops errno and keeps the text
 * of strerror(3), which follows the locale of the process; so the texts to look for are asked from
 * strerror itself. Numbers are those of Linux.
 */
final class IoFailures {
  private static final int EPERM = 1;
  private static final int EIO = 5;
  private static final int ENOSPC = 28;
  private static final int EROFS = 30;
  private static final int ESTALE = 116;
  private static final int EDQUOT = 122;

  /** Asked for when there is a failure to explain: to ask takes time at every start. */
  private static final class Texts {
    static final Set<String> FULL = Set.of(text(ENOSPC), text(EDQUOT));
    static final Set<String> REFUSED = Set.of(text(EPERM), text(EROFS));
    static final Set<String> BROKEN = Set.of(text(EIO), text(ESTALE));
  }

  private IoFailures() {}

  /** The failure that stands for the exception; to be thrown by the caller. */
  static StorageException of(String action, String store, IOException e) {
    String reason = reason(e);
    String message = "cannot " + action + " in " + store + ": " + describe(e, reason);
    if (e instanceof ClosedByInterruptException) {
      return new StorageInterruptedException(message, "", e);
    }
    if (Texts.FULL.contains(reason)) {
      return new StorageFullException(
          message, "Make room on that file system; everything stored before is intact.", e);
    }
    if (e instanceof AccessDeniedException || Texts.REFUSED.contains(reason)) {
      return new StorageAccessException(
          message, "Check owner and mode of the directory, and that it is mounted read-write.", e);
    }
    if (e instanceof NoSuchFileException
        || e instanceof NotDirectoryException
        || Texts.BROKEN.contains(reason)) {
      return new StorageUnavailableException(
          message, "Check that the file system is mounted and healthy.", e);
    }
    return new StorageException(
        FailureCategory.UNAVAILABLE, message, "Check the file system and the system log.", e);
  }

  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? "" : reason;
  }

  private static String describe(IOException e, String reason) {
    return switch (e) {
      case AccessDeniedException f -> "access denied to " + f.getFile();
      case NoSuchFileException f -> "no such file: " + f.getFile();
      case NotDirectoryException f -> "not a directory: " + f.getFile();
      default -> reason.isEmpty() ? e.toString() : reason;
    };
  }

  private static String text(int errno) {
    Linker linker = Linker.nativeLinker();
    MethodHandle strerror =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    @Nullable MemorySegment text;
    try {
      text = (MemorySegment) strerror.invokeExact(errno);
    } catch (Throwable t) {
      throw new IllegalStateException("strerror failed", t);
    }
    return text.reinterpret(1024).getString(0);
  }
}
