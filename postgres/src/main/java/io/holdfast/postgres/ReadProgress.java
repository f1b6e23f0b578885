package io.holdfast.postgres;

/** Is told how reading goes on. Called by any thread, often: has to be quick. */
public interface ReadProgress {
  /** Tells nobody. */
  ReadProgress NONE =
      new ReadProgress() {
        @Override
        public void expected(long bytes) {}

        @Override
        public void read(long bytes) {}
      };

  /** About so many bytes are to be read in all. */
  void expected(long bytes);

  /** So many more bytes were read. */
  void read(long bytes);
}
