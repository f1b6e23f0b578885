package io.holdfast.repository;

/**
 * A pack that an index run describes, read from the run's mapped file as needed. Equal when it is
 * the same pack of the same run.
 */
record IndexedPack(IndexRun run, int number) implements Comparable<IndexedPack> {
  /** The same pack in the run that its run was merged into by now; itself if it was not. */
  IndexedPack current() {
    IndexedPack pack = this;
    for (IndexedPack first = pack.run.firstPackNow();
        first != null;
        first = pack.run.firstPackNow()) {
      pack = first.run.pack(first.number + pack.number);
    }
    return pack;
  }

  PackName name() {
    return run.packName(number);
  }

  /** Copies the bytes of its name. */
  void readName(byte[] into, int at) {
    run.readPackName(number, into, at);
  }

  /** As {@link PackName#key}. */
  long key() {
    return run.packKey(number);
  }

  int size() {
    return run.packSize(number);
  }

  PackKind kind() {
    return run.packKind(number);
  }

  RandomId epoch() {
    return run.packEpoch(number);
  }

  RandomId salt() {
    return run.packSalt(number);
  }

  int blockCount() {
    return run.blockCount(number);
  }

  BlockDescriptor block(int block) {
    return run.block(number, block);
  }

  /** Where the block starts in the pack, in bytes. */
  int blockOffset(int block) {
    return run.blockOffset(number, block);
  }

  @Override
  public int compareTo(IndexedPack other) {
    int byRun = Integer.compare(run.serial(), other.run.serial());
    return byRun != 0 ? byRun : Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return name().object().value();
  }
}
