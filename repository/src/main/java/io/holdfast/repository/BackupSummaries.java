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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
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

  private static final byte[] MAGIC = "HFSTSUM2".getBytes(StandardCharsets.US_ASCII);
  private static final int NAME_AT_MOST = 64;
  private static final int TAG = 16;
  private static final int ENTRY_AT_MOST = 1 + NAME_AT_MOST + Long.BYTES + TAG;
  private static final int LONGEST = MAGIC.length + MOST * ENTRY_AT_MOST + Integer.BYTES;

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
    Map<String, Entry> known = load();
    List<Entry> listed = new ArrayList<>();
    boolean added = false;
    for (Iterator<ObjectName> each = names.iterator(); each.hasNext(); ) {
      ObjectName name = each.next();
      String last = name.last();
      Entry entry = known.get(last);
      if (entry == null) {
        Said said = read.apply(name);
        if (said == null) {
          continue;
        }
        entry = new Entry(last, said.sequence(), tag(said.policy()));
        added |= listed.size() < MOST;
      }
      visitor.accept(new Summary(name, entry.sequence, entry.policy));
      if (listed.size() < MOST) {
        listed.add(entry);
      }
    }
    if (added) {
      listed.sort(Comparator.comparing(Entry::name));
      replace(listed);
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

  private Map<String, Entry> load() {
    try {
      return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= LONGEST
          ? Entry.decode(Files.readAllBytes(file))
          : Map.of();
    } catch (NoSuchFileException e) {
      return Map.of(); // another process has just deleted it
    } catch (IOException e) {
      useless(e);
      return Map.of();
    }
  }

  /**
   * By a rename, so that whoever reads it meanwhile has the old one or the new one. What a process
   * left that died is written over; what two make of it at once has not the check sum that it ends
   * with.
   */
  private synchronized void replace(List<Entry> entries) {
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

  private static void write(Path to, List<Entry> entries) throws IOException {
    ByteBuffer bytes = Entry.encode(entries);
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

  /**
   * What the file holds of a backup, in the order of names: {@code u8 length | name | u64 sequence
   * | tag of the policy}; at the end of all is their CRC-32C.
   *
   * @param name the last component of its record's name
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  private record Entry(String name, long sequence, byte[] policy) {

    static ByteBuffer encode(List<Entry> entries) {
      ByteBuffer bytes =
          ByteBuffer.allocate(MAGIC.length + entries.size() * ENTRY_AT_MOST + Integer.BYTES);
      bytes.put(MAGIC);
      for (Entry entry : entries) {
        byte[] name = entry.name.getBytes(StandardCharsets.US_ASCII);
        if (name.length <= NAME_AT_MOST) {
          bytes.put((byte) name.length).put(name).putLong(entry.sequence).put(entry.policy);
        }
      }
      int sum = sum(bytes.duplicate().flip());
      return bytes.putInt(sum).flip();
    }

    /** By name; none when the bytes are not those of such a file. */
    static Map<String, Entry> decode(byte[] file) {
      int end = file.length - Integer.BYTES;
      if (end < MAGIC.length
          || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
          || ByteBuffer.wrap(file).getInt(end) != sum(ByteBuffer.wrap(file, 0, end))) {
        return Map.of();
      }
      ByteBuffer bytes = ByteBuffer.wrap(file, MAGIC.length, end - MAGIC.length);
      Map<String, Entry> entries = HashMap.newHashMap(bytes.remaining() / ENTRY_AT_MOST);
      while (bytes.hasRemaining()) {
        byte[] name = new byte[bytes.get()];
        byte[] policy = new byte[TAG];
        bytes.get(name);
        long sequence = bytes.getLong();
        bytes.get(policy);
        Entry entry = new Entry(new String(name, StandardCharsets.US_ASCII), sequence, policy);
        entries.put(entry.name, entry);
      }
      return entries;
    }

    private static int sum(ByteBuffer bytes) {
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      return (int) sum.getValue();
    }
  }
}
