package io.holdfast.cli;

import java.nio.file.Path;

/** Where a file goes that a server asked for. */
@FunctionalInterface
interface Delivery {
  /** Right there. */
  Delivery DIRECT = wanted -> wanted;

  /** Where it is to be written, given where the server wants it. */
  Path place(Path wanted);
}
