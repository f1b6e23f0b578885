package io.holdfast.files;

/** Hears how far a backup or restore is. Called from several threads; has to return quickly. */
public interface TreeProgress {
  /** Listens to nothing. */
  TreeProgress NONE =
      new TreeProgress() {
        @Override
        public void entries(long count) {}

        @Override
        public void bytes(long count) {}
      };

  /** So many more entries are done. */
  void entries(long count);

  /** So many more bytes of content are done: read, written, or known to be unchanged. */
  void bytes(long count);
}
