package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a new backup needs to know of all others, in a local file: to read all their records would
 * take longer with each backup. What stands under a name is put once, so what was read of it holds
 * as long as it is listed. The file may be deleted at any time; one that is damaged counts as none,
 * and where none can be kept, all is read each time. Thread-safe.
 */
final class BackupSummaries {
  /** Backups beyond this number are read from the repository each time. */
  private static final int MOST = 100_000;

  private static final byte[] MAGIC = "HFSTSUM1".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = 32;
  private static final int TAG = 16;
  private static final int ENTRY = TAG + Long.BYTES + TAG;
  private static final int LONGEST = MAGIC.length + MOST * ENTRY + HASH;

  private static final Set<OpenOption> REPLACE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;
  private final DamageNotes notes;

  BackupSummaries(Path file, DamageNotes notes) {
    this.file = file;
    this.notes = notes;
  }

  /** What stands under the name of a backup. */
  record Said(long sequence, String policy) {
    /** No policy has no name. */
    static final Said OF_TOMBSTONE = new Said(0, "");
  }

  /**
   * What is known of a backup.
   *
   * @param policy {@link #tag} of its policy's name
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Summary(ObjectName name, long sequence, byte[] policy) {}

  /**
   * Goes through backups, in the order in which they are named.
   *
   * @param names of all that there are
   * @param read reads what is not known yet; null passes over it
   */
  void forEach(
      Stream<ObjectName> names,
      Function<ObjectName, @Nullable Said> read,
      Consumer<Summary> visitor) {
    Known known = load();
    BitSet listed = new BitSet(known.count());
    TreeSet<byte[]> added = new TreeSet<>(Arrays::compareUnsigned);
    for (Iterator<ObjectName> each = names.iterator(); each.hasNext(); ) {
      ObjectName name = each.next();
      byte[] key = tag(name.value());
      int index = known.find(key);
      if (index >= 0) {
        listed.set(index);
        visitor.accept(known.summary(name, index));
        continue;
      }
      Said said = read.apply(name);
      if (said != null) {
        Summary summary = new Summary(name, said.sequence(), tag(said.policy()));
        visitor.accept(summary);
        if (known.count() + added.size() < MOST) {
          added.add(entry(key, summary));
        }
      }
    }
    if (!added.isEmpty()) {
      known.addListedTo(added, listed);
      replace(added);
    }
  }

  /** Deletes the file. */
  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      useless(e);
    }
  }

  private Known load() {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LONGEST
          ? Known.of(Files.readAllBytes(file))
          : Known.NOTHING;
    } catch (NoSuchFileException e) {
      return Known.NOTHING; // another process has just deleted it
    } catch (IOException e) {
      useless(e);
      return Known.NOTHING;
    }
  }

  /**
   * By a rename, so that whoever reads it meanwhile has the old one or the new one. What a process
   * left that died is written over; what two make of it at once has not the hash that it ends with.
   */
  private synchronized void replace(Set<byte[]> entries) {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      write(next, entries);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      return; // another process has just renamed it
    } catch (IOException e) {
      try {
        Files.deleteIfExists(next);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      useless(e);
    }
  }

  private static void write(Path to, Set<byte[]> entries) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAGIC.length + entries.size() * ENTRY + HASH);
    bytes.put(MAGIC);
    entries.forEach(bytes::put);
    byte[] hash = Sha256.of(List.of(bytes.duplicate().flip()));
    bytes.put(hash).flip();
    try (FileChannel channel = FileChannel.open(to, REPLACE, OWNER_ONLY)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private void useless(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      throw new CancelledException("using " + file);
    }
    notes.warn(
        file + " cannot be used: " + e + "; until it can, the records of all backups are read");
  }

  /** A short hash of a name. */
  static byte[] tag(String text) {
    return Arrays.copyOf(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), TAG);
  }

  private static byte[] entry(byte[] key, Summary summary) {
    return ByteBuffer.allocate(ENTRY)
        .put(key)
        .putLong(summary.sequence())
        .put(summary.policy())
        .array();
  }

  /** What the file holds: entries in the order of their keys. */
  private record Known(ByteBuffer entries) {
    static final Known NOTHING = new Known(ByteBuffer.allocate(0));

    static Known of(byte[] bytes) {
      int end = bytes.length - HASH;
      boolean whole =
          end >= MAGIC.length
              && (end - MAGIC.length) % ENTRY == 0
              && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
              && Arrays.equals(
                  Sha256.of(List.of(ByteBuffer.wrap(bytes, 0, end))),
                  Arrays.copyOfRange(bytes, end, end + HASH));
      return whole
          ? new Known(ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length).slice())
          : NOTHING;
    }

    int count() {
      return entries.capacity() / ENTRY;
    }

    /** The number of an entry, or a negative one. */
    int find(byte[] key) {
      ByteBuffer wanted = ByteBuffer.wrap(key);
      int low = 0;
      int high = count() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = compareUnsigned(entries.slice(middle * ENTRY, TAG), wanted);
        if (order == 0) {
          return middle;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle - 1;
      }
      return -1;
    }

    private static int compareUnsigned(ByteBuffer one, ByteBuffer other) {
      int at = one.mismatch(other);
      return at < 0 ? 0 : Integer.compare(one.get(at) & 0xFF, other.get(at) & 0xFF);
    }

    Summary summary(ObjectName name, int index) {
      byte[] policy = new byte[TAG];
      entries.get(index * ENTRY + TAG + Long.BYTES, policy);
      return new Summary(name, entries.getLong(index * ENTRY + TAG), policy);
    }

    void addListedTo(Set<byte[]> all, BitSet listed) {
      for (int index = listed.nextSetBit(0); index >= 0; index = listed.nextSetBit(index + 1)) {
        byte[] entry = new byte[ENTRY];
        entries.get(index * ENTRY, entry);
        all.add(entry);
      }
    }
  }
}
