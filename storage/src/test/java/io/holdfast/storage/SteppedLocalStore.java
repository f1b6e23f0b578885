package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens a local directory whose puts stop at a chosen step, so that tests of any module can fail,
 * hold or kill a process between two of them.
 */
public final class SteppedLocalStore {
  /** Where a put is. */
  public enum Step {
    /** The temporary file is there, empty. */
    CREATED,
    /** Its content is written. */
    WRITTEN,
    /** Its content is forced to the disk; it has no name yet. */
    FORCED,
    /** It has its name; the directory is not forced yet. */
    LINKED
  }

  /** Called at every step, in the thread of the put. */
  @FunctionalInterface
  public interface At {
    void step(Step step, Path file) throws IOException;
  }

  private SteppedLocalStore() {}

  public static LocalDirectoryStore open(Path directory, At at) {
    return LocalDirectoryStore.open(
        directory,
        new PutSteps() {
          @Override
          public void created(Path temporary) throws IOException {
            at.step(Step.CREATED, temporary);
          }

          @Override
          public void written(Path temporary) throws IOException {
            at.step(Step.WRITTEN, temporary);
          }

          @Override
          public void forced(Path temporary) throws IOException {
            at.step(Step.FORCED, temporary);
          }

          @Override
          public void linked(Path object) throws IOException {
            at.step(Step.LINKED, object);
          }
        });
  }
}
