package io.holdfast.repository;

import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.ShortReadException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes up for index objects that are damaged or lost: an index is only a summary of the
 * directories of the packs, so those that no other index object names are read;
 * docs/repository-format.md sections 8 and 14. A pack whose directory cannot be read either is
 * passed over: verification names it.
 */
final class RebuildIndex {
  private static final int BATCH = 16;

  private final ObjectStore store;
  private final PackReader packs;

  RebuildIndex(ObjectStore store, PackReader packs) {
    this.store = store;
    this.packs = packs;
  }

  /** Gives what the packs say that are not in these runs, some packs at a time. */
  void run(List<IndexRun> known, Consumer<List<PackSummary>> batches) {
    PackSizes named = named(known);
    List<PackSummary> batch = new ArrayList<>();
    try (Stream<ObjectStat> objects = NameForm.PACK.list(store)) {
      objects.forEach(
          object -> {
            if (!isNamed(named, object)) {
              read(object, batch);
            }
            if (batch.size() >= BATCH) {
              batches.accept(List.copyOf(batch));
              batch.clear();
            }
          });
    }
    if (!batch.isEmpty()) {
      batches.accept(batch);
    }
  }

  private static PackSizes named(List<IndexRun> runs) {
    ReferencedPacks named = new ReferencedPacks();
    for (IndexRun run : runs) {
      for (int pack = 0; pack < run.packCount(); pack++) {
        named.mark(run.pack(pack));
      }
    }
    return PackSizes.of(named);
  }

  private static boolean isNamed(PackSizes named, ObjectStat object) {
    try {
      return named.found(object);
    } catch (CorruptObjectException e) {
      return true; // of another size, and so damaged
    }
  }

  private void read(ObjectStat object, List<PackSummary> into) {
    try {
      into.add(packs.readSummary(PackName.ofObject(object.name()), object.size()));
    } catch (UnusableObjectException
        | UnsupportedFormatException
        | WrongKeyException
        | ObjectNotFoundException
        | ShortReadException e) {
      return;
    }
  }
}
