package io.holdfast.files;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.posix.Accounts;
import io.holdfast.posix.DirectoryHandle;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/**
 * Runs something without root's rights to files. Linux keeps a user for file access per thread,
 * which threads started by it inherit, so that a test run as root can see what others see.
 */
final class Unprivileged {
  /** The user "nobody". */
  static final int USER = 65534;

  private Unprivileged() {}

  /**
   * @param fixture used to load, with all rights, the classes and libraries that are needed
   */
  static <T> T call(TreeFixture fixture, Callable<T> action) throws Exception {
    if (Accounts.effectiveUser() != 0) {
      return action.call();
    }
    assumeTrue(isOpenToOthers(), "the classes cannot be read by others");
    fixture.file("any", new byte[] {1});
    fixture.restore(fixture.backup().manifest());
    fixture.compare();
    try (DirectoryHandle directory = DirectoryHandle.open(TreeFixture.bytes(fixture.directory))) {
      directory.setPermissions(0777);
    }
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              set("setfsgid");
              set("setfsuid");
              return action.call();
            });
    Thread.ofPlatform().start(task);
    return task.get();
  }

  private static boolean isOpenToOthers() throws Exception {
    Path classes =
        Path.of(TreeBackup.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    for (Path path = classes; path != null; path = path.getParent()) {
      if (!Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  private static void set(String function) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().find(function).orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      int before = (int) handle.invokeExact(USER);
      if (before == -1) {
        throw new IllegalStateException(function + " failed");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
