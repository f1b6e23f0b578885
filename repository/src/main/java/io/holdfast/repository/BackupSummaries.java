package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
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
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a new backup needs to know of all others, in a local file: to read all their records would
 * take longer with each backup. A record is written once, so what was read of it holds as long as
 * its object is there. The file may be deleted at any time; one that another process is writing, or
 * that is damaged, counts as none. Thread-safe.
 */
final class BackupSummaries {
  /** More than these are read from the repository each time. */
  private static final int MOST = 250_000;

  private static final byte[] MAGIC = "HFSTSUM1".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = 32;
  private static final int TAG = 16;
  private static final int ENTRY = TAG + Long.BYTES + TAG;

  private static final Set<OpenOption> REPLACE =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;

  BackupSummaries(Path file) {
    this.file = file;
  }

  /**
   * A backup, as far as it matters here.
   *
   * @param policy a tag of the policy's name
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Summary(ObjectName name, long sequence, byte[] policy) {
    boolean isOf(String other) {
      return Arrays.equals(policy, tag(other));
    }
  }

  /**
   * Goes through backups, in the order in which they are named.
   *
   * @param names of all that there are
   * @param read reads the record of a backup that is not known yet; null passes over it
   */
  synchronized void forEach(
      Stream<ObjectName> names,
      Function<ObjectName, @Nullable BackupRecord> read,
      Consumer<Summary> visitor) {
    try {
      Known known = Known.load(file);
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
        BackupRecord record = read.apply(name);
        if (record != null) {
          Summary summary = new Summary(name, record.sequence(), tag(record.policy()));
          visitor.accept(summary);
          if (added.size() < MOST) {
            added.add(entry(key, summary));
          }
        }
      }
      if (!added.isEmpty()) {
        known.addListedTo(added, listed);
        write(added);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Forgets everything. */
  synchronized void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static byte[] tag(String text) {
    return Arrays.copyOf(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), TAG);
  }

  private static byte[] entry(byte[] key, Summary summary) {
    return ByteBuffer.allocate(ENTRY)
        .put(key)
        .putLong(summary.sequence())
        .put(summary.policy())
        .array();
  }

  private void write(Set<byte[]> entries) throws IOException {
    int count = Math.min(entries.size(), MOST);
    ByteBuffer bytes = ByteBuffer.allocate(MAGIC.length + count * ENTRY + HASH).put(MAGIC);
    entries.stream().limit(count).forEach(bytes::put);
    byte[] body = Arrays.copyOf(bytes.array(), bytes.position());
    bytes.put(Sha256.of(body)).flip();
    Files.createDirectories(file.getParent());
    try (FileChannel channel = FileChannel.open(file, REPLACE, OWNER_ONLY)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private RepositoryException failed(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new CancelledException("using " + file);
    }
    return new RepositoryException(
        FailureCategory.UNAVAILABLE,
        file + " cannot be used: " + e,
        "Check the space there and who may write; the file may be deleted.",
        e);
  }

  /** What the file holds: entries in the order of their keys. */
  private record Known(ByteBuffer entries) {
    static Known load(Path file) throws IOException {
      byte[] bytes;
      try {
        long most = MAGIC.length + (long) MOST * ENTRY + HASH;
        bytes = Files.size(file) > most ? new byte[0] : Files.readAllBytes(file);
      } catch (NoSuchFileException e) {
        bytes = new byte[0];
      }
      int end = bytes.length - HASH;
      boolean whole =
          end >= MAGIC.length
              && (end - MAGIC.length) % ENTRY == 0
              && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
              && Arrays.equals(
                  Sha256.of(Arrays.copyOf(bytes, end)), Arrays.copyOfRange(bytes, end, end + HASH));
      return new Known(
          whole
              ? ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length).slice()
              : ByteBuffer.allocate(0));
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
