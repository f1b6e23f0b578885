package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one source of a backup, in path order, read node by node: finding one path, or
 * walking all of them, holds one node a level in memory. Thread-safe; a {@link Cursor} is not.
 */
public final class Manifest {
  private final ManifestRef ref;
  private final ChunkSource chunks;

  Manifest(ManifestRef ref, ChunkSource chunks) {
    this.ref = ref;
    this.chunks = chunks;
  }

  /** Where it starts, and what is in it. */
  public ManifestRef ref() {
    return ref;
  }

  /** The entry with this path. */
  public Optional<Entry> find(BytePath path) {
    Cursor cursor = cursor(path);
    Entry entry = cursor.peek();
    return entry != null && entry.path().equals(path) ? Optional.of(entry) : Optional.empty();
  }

  /** All entries. */
  public Cursor cursor() {
    return cursor(BytePath.EMPTY);
  }

  /** The entries from this path on, whether or not it is there itself. */
  public Cursor cursor(BytePath from) {
    return new Cursor(from);
  }

  /** A position among the entries. For one thread. */
  public final class Cursor implements Iterator<Entry> {
    private final Deque<Level> levels = new ArrayDeque<>();
    private @Nullable Entry next;

    private Cursor(BytePath from) {
      descend(ref.root(), ref.depth(), from);
      do {
        advance();
      } while (next != null && next.path().compareTo(from) < 0);
    }

    /** The entry that {@link #next} will return, or null at the end. */
    public @Nullable Entry peek() {
      return next;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Entry next() {
      Entry entry = next;
      if (entry == null) {
        throw new NoSuchElementException();
      }
      advance();
      return entry;
    }

    private void descend(ChunkId id, int depth, BytePath from) {
      ChunkId node = id;
      for (int level = depth; level > 0; level--) {
        Level inner = new Level(read(node, level), level);
        node = inner.seek(from);
        levels.push(inner);
      }
      levels.push(new Level(read(node, 0), 0));
    }

    private void advance() {
      BytePath before = next == null ? null : next.path();
      while (!levels.isEmpty()) {
        Level level = levels.element();
        if (!level.in.hasMore() && level.pending == null) {
          levels.pop();
        } else if (level.depth > 0) {
          ChunkId child = level.nextChild();
          levels.push(new Level(read(child, level.depth - 1), level.depth - 1));
        } else {
          next = level.nextEntry();
          if (before != null && before.compareTo(next.path()) >= 0) {
            throw level.in.damaged("its entries are not in order");
          }
          return;
        }
      }
      next = null;
    }

    private Decoder read(ChunkId id, int depth) {
      Decoder in = new Decoder(chunks.get(id, ChunkKind.MANIFEST_NODE), "manifest node " + id);
      if (in.u8() != depth) {
        throw in.damaged("it is not on the level where it stands");
      }
      return in;
    }
  }

  /** What is left of one node. */
  private static final class Level {
    private final Decoder in;
    private final int depth;

    /** A child that was read ahead while seeking. */
    private @Nullable ChunkId pending;

    Level(Decoder in, int depth) {
      this.in = in;
      this.depth = depth;
    }

    /** Passes over the children that end before this path, and returns the one that may hold it. */
    ChunkId seek(BytePath from) {
      ChunkId chosen = nextChild();
      while (in.hasMore()) {
        ChunkId id = ChunkId.read(in);
        BytePath first = readFirst();
        if (first.compareTo(from) > 0) {
          pending = id;
          break;
        }
        chosen = id;
      }
      return chosen;
    }

    ChunkId nextChild() {
      ChunkId child = pending;
      if (child != null) {
        pending = null;
        return child;
      }
      child = ChunkId.read(in);
      readFirst();
      return child;
    }

    private BytePath readFirst() {
      BytePath first = EntryCodec.readPath(in.slice(in.size(in.remaining())));
      in.varint();
      in.varint();
      return first;
    }

    Entry nextEntry() {
      Entry entry = EntryCodec.decode(in.slice(in.size(in.remaining())));
      if (!entry.path().isBeneath()) {
        throw in.damaged("an entry steps out of its tree");
      }
      return entry;
    }
  }
}
