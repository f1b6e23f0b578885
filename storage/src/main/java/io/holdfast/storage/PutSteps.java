package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Called between the steps of a put into a local directory, so that a test can fail, stop or kill
 * the process exactly there. Production code passes {@link #NONE}.
 */
interface PutSteps {
  PutSteps NONE = new PutSteps() {};

  /** The temporary file is open and empty. */
  default void created(Path temporary) throws IOException {}

  /** The content is written, not yet forced to the disk. */
  default void written(Path temporary) throws IOException {}

  /** The content is on the disk under its temporary name only. */
  default void forced(Path temporary) throws IOException {}

  /** The object has its name, which is not yet forced to the disk. */
  default void linked(Path object) throws IOException {}
}
