package io.holdfast.engine;

/**
 * Hears how far an operation has come. Called from several threads, often: implementations are
 * thread-safe and quick, and never throw.
 */
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void started(String step, long bytes) {}

        @Override
        public void advanced(String step, long bytes) {}

        @Override
        public void finished(String step) {}
      };

  /**
   * A step begins; steps may run side by side.
   *
   * @param step its name, for people
   * @param bytes how many bytes it will handle, about; 0 when that is not known
   */
  void started(String step, long bytes);

  /** So many more bytes of a step are done. */
  void advanced(String step, long bytes);

  /** A step has ended, well or not. */
  void finished(String step);
}
