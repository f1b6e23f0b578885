package io.holdfast.repository;

import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import io.holdfast.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * What a repository holds of one log: pieces of segments, and the history files of its timelines;
 * docs/repository-format.md section 12.5. All is write-once: what is put twice with the same bytes
 * is there once, and with other bytes both are there. Thread-safe.
 */
public final class WalArchive {
  /** Bytes of a piece at most; larger segments are stored in several. */
  public static final int MAX_PIECE = 16 << 20;

  /** Bytes of a history file at most; PostgreSQL writes some sixty for each timeline. */
  public static final int MAX_HISTORY = 1 << 20;

  /** Where the first part of a piece, its note, ends at the latest. */
  private static final int NOTE_WITHIN = 4096;

  private final ObjectStore store;
  private final ObjectKeys keys;
  private final WalNames names;
  private final Compression compression;
  private final RandomGenerator random;
  private final WalLog log;
  private final String id;

  WalArchive(
      ObjectStore store,
      ObjectKeys keys,
      WalNames names,
      Compression compression,
      RandomGenerator random,
      WalLog log) {
    this.store = store;
    this.keys = keys;
    this.names = names;
    this.compression = compression;
    this.random = random;
    this.log = log;
    this.id = names.ofLog(log);
  }

  /** The log. */
  public WalLog log() {
    return log;
  }

  /**
   * What came of a put.
   *
   * @param piece what is stored now, and was perhaps before
   * @param storedBytes of its object; 0 if it was stored before
   * @param others pieces of the same place with other bytes: two servers wrote there, and nothing
   *     tells which of them is meant
   */
  public record Stored(
      WalPiece piece, PutOutcome outcome, long storedBytes, List<WalPiece> others) {
    public Stored {
      others = List.copyOf(others);
    }
  }

  /**
   * Stores a piece of a segment. When this returns it is durable.
   *
   * @param segment its file name
   * @param from where in the segment the bytes belong
   * @param length at most {@link #MAX_PIECE}
   */
  public Stored put(String segment, int from, byte[] bytes, int offset, int length, WalNote note) {
    if (length > MAX_PIECE || from > log.segmentSize() - length) {
      throw new IllegalArgumentException(
          "not a piece of %s: %d bytes at %d".formatted(segment, length, from));
    }
    WalPiece piece =
        new WalPiece(segment, from, from + length, names.ofPiece(bytes, offset, length));
    ObjectName name = piece.object(id, log.segmentSize());
    List<SealedObject.Part> parts = new ArrayList<>();
    byte[] about = JsonWriter.object(note::writeTo);
    parts.add(new SealedObject.Part(about, 0, about.length));
    parts.addAll(SealedObject.Part.of(bytes, offset, length));
    byte[] object =
        SealedObject.seal(
            keys, kind(piece), RandomId.next(random), name.value(), parts, compression);
    PutOutcome outcome = store.put(name, ByteBuffer.wrap(object));
    return new Stored(
        piece, outcome, outcome == PutOutcome.EXISTS ? 0 : object.length, others(piece));
  }

  /** Knows of the pieces that {@link #store} makes, and hears what comes of them. */
  public interface Storing {
    /** What is known about a piece. */
    WalNote note(int from, int length);

    /** A piece is stored. */
    void stored(Stored put);

    /** The same bytes were stored before and cannot be used; they are stored again. */
    void damaged(HoldfastException why);
  }

  /**
   * Stores bytes of a segment in pieces as large as they may be; where the same piece was stored
   * before and cannot be used, in halves, which have other names. When this returns all is durable.
   *
   * @param segment its file name
   * @param from where in the segment the bytes belong
   */
  public void store(
      String segment, int from, byte[] bytes, int offset, int length, Storing storing) {
    for (int at = 0; at < length; at += MAX_PIECE) {
      int part = Math.min(MAX_PIECE, length - at);
      storePiece(segment, from + at, bytes, offset + at, part, storing);
    }
  }

  private void storePiece(
      String segment, int from, byte[] bytes, int offset, int length, Storing storing) {
    Stored put = put(segment, from, bytes, offset, length, storing.note(from, length));
    storing.stored(put);
    if (put.outcome() != PutOutcome.EXISTS || length == 1) {
      return;
    }
    Optional<HoldfastException> fault = fault(put.piece());
    if (fault.isPresent()) {
      storing.damaged(fault.get());
      int half = length / 2;
      storePiece(segment, from, bytes, offset, half, storing);
      storePiece(segment, from + half, bytes, offset + half, length - half, storing);
    }
  }

  private ObjectKind kind(WalPiece piece) {
    return piece.length() == log.segmentSize() ? ObjectKind.WAL_SEGMENT : ObjectKind.WAL_PART;
  }

  private List<WalPiece> others(WalPiece piece) {
    try (Stream<StoredPiece> all = piecesOf(piece.segment())) {
      return all.map(StoredPiece::piece)
          .filter(other -> other.from() == piece.from() && other.to() == piece.to())
          .filter(other -> !other.hash().equals(piece.hash()))
          .toList();
    }
  }

  /**
   * A piece as the storage has it.
   *
   * @param storedBytes the size of its object
   */
  public record StoredPiece(WalPiece piece, long storedBytes) {}

  /** All pieces of a timeline, in no particular order; the caller closes the stream. */
  public Stream<StoredPiece> pieces(int timeline) {
    return list("wal/" + id + "/" + digits(timeline));
  }

  /** All pieces of all timelines, in no particular order; the caller closes the stream. */
  public Stream<StoredPiece> pieces() {
    return list("wal/" + id + "/");
  }

  /** All pieces of a segment, in no particular order; the caller closes the stream. */
  public Stream<StoredPiece> piecesOf(String segment) {
    WalPiece.requireSegment(segment);
    return list(WalPiece.directory(id, segment) + segment);
  }

  private Stream<StoredPiece> list(String prefix) {
    return store.list(prefix).map(this::piece).flatMap(Optional::stream);
  }

  private Optional<StoredPiece> piece(ObjectStat object) {
    WalPiece piece =
        NameForm.WAL_PIECE.fits(object.name())
            ? WalPiece.orNull(object.name(), log.segmentSize())
            : null;
    return Optional.ofNullable(piece).map(is -> new StoredPiece(is, object.size()));
  }

  /**
   * The bytes of a piece, checked.
   *
   * @throws CorruptObjectException when they are not what was stored
   * @throws UnreadableObjectException when the storage has it and does not give it
   * @throws UnsupportedFormatException when a later version wrote it, or its header is damaged
   * @throws ObjectNotFoundException when the piece is not there
   */
  public byte[] read(WalPiece piece) {
    ObjectName name = piece.object(id, log.segmentSize());
    if (piece.length() > MAX_PIECE) {
      throw new CorruptObjectException(name.value(), "it is larger than such an object may be");
    }
    ObjectKind kind = kind(piece);
    byte[] object = read(kind, name);
    ByteBuffer bytes = ByteBuffer.allocate(piece.length());
    boolean[] noteWasRead = {false};
    SealedObject.open(
        keys,
        kind,
        name.value(),
        name.value(),
        object,
        part -> {
          if (!noteWasRead[0]) {
            noteWasRead[0] = true;
          } else if (part.length > bytes.remaining()) {
            throw new CorruptObjectException(name.value(), "it is longer than its name says");
          } else {
            bytes.put(part);
          }
        });
    byte[] all = bytes.array();
    if (bytes.hasRemaining() || !names.ofPiece(all, 0, all.length).equals(piece.hash())) {
      throw new CorruptObjectException(name.value(), "its bytes do not have the hash in its name");
    }
    return all;
  }

  /** Whether a piece holds these bytes, as its name says. */
  public boolean isOf(WalPiece piece, byte[] bytes) {
    return piece.length() == bytes.length
        && piece.hash().equals(names.ofPiece(bytes, 0, bytes.length));
  }

  /**
   * Why a piece cannot be used, while the storage is there; nothing if it can. Reads it.
   *
   * @throws StorageException when the storage is away
   */
  public Optional<HoldfastException> fault(WalPiece piece) {
    try {
      read(piece);
      return Optional.empty();
    } catch (UnusableObjectException | UnsupportedFormatException | ObjectNotFoundException e) {
      return Optional.of(e);
    }
  }

  /** Where the store answers, and not to this object, that one is what is wrong. */
  private byte[] read(ObjectKind kind, ObjectName name) {
    try {
      return kind.read(store, name);
    } catch (ObjectNotFoundException e) {
      throw e;
    } catch (StorageException e) {
      throw UnreadableObjectException.of(store, name, e);
    }
  }

  /**
   * The note of a piece; reads the beginning of its object alone.
   *
   * @throws CorruptObjectException when it is not what was stored
   * @throws io.holdfast.storage.ObjectNotFoundException when the piece is not there
   */
  public WalNote note(StoredPiece stored) {
    ObjectName name = stored.piece().object(id, log.segmentSize());
    byte[] beginning = store.get(name, 0, (int) Math.min(NOTE_WITHIN, stored.storedBytes()));
    byte[] note =
        SealedObject.openFirst(keys, kind(stored.piece()), name.value(), name.value(), beginning);
    try {
      return JsonMembers.read(note, WalNote::read);
    } catch (MalformedJsonException e) {
      throw new CorruptObjectException(name.value(), "its note cannot be read: " + e.getMessage());
    }
  }

  /** Records a period. When this returns it is durable. */
  public void put(WalPeriod period) {
    ObjectName name = period.object(id);
    byte[] plain = JsonWriter.object(period::writeTo);
    byte[] object =
        SealedObject.seal(keys, ObjectKind.WAL_PERIOD, RandomId.next(random), name.value(), plain);
    store.put(name, ByteBuffer.wrap(object));
  }

  /** The id under which a period is listed among the backups. */
  public BackupName idOf(WalPeriod period) {
    long number = period.to() ^ Long.parseUnsignedLong(id, 0, Long.BYTES * 2, 16);
    return BackupName.of(period.recorded(), BackupType.TRANSACTION, number);
  }

  /**
   * All periods, in no particular order, each read as the stream gets to it. The caller closes it.
   *
   * @param damaged told of those that cannot be read; the stream passes over them
   */
  public Stream<WalPeriod> periods(Consumer<RepositoryException> damaged) {
    return store
        .list(WalPeriod.directory(id))
        .map(ObjectStat::name)
        .filter(NameForm.WAL_PERIOD::fits)
        .flatMap(name -> readPeriod(name, damaged).stream());
  }

  /**
   * Of the periods that end at a position of a timeline or before it and tell for which moment they
   * are complete, the one that ends last; of several that end there, the one recorded last.
   *
   * @param damaged told of those that cannot be read, which are passed over
   */
  public Optional<WalPeriod> lastComplete(
      int timeline, long position, Consumer<RepositoryException> damaged) {
    String until = digits(timeline) + "-" + String.format(Locale.ROOT, "%016X", position) + "~";
    try (Stream<ObjectStat> objects =
        store.list(WalPeriod.directory(id) + digits(timeline) + "-")) {
      return objects
          .map(ObjectStat::name)
          .filter(NameForm.WAL_PERIOD::fits)
          .filter(name -> name.last().compareTo(until) < 0)
          .sorted(Comparator.comparing(ObjectName::last).reversed())
          .flatMap(name -> readPeriod(name, damaged).stream())
          .filter(period -> period.complete() != null)
          .findFirst();
    }
  }

  /**
   * Why a part of a log is missing: what was recorded last of a gap that ends in it.
   *
   * @param timeline on which it ends
   * @param from position at which it begins
   * @param to position behind it; what has been closed of its end in the meantime does not count
   * @param damaged told of records that cannot be read, which are passed over
   */
  public Optional<String> gapBehind(
      int timeline, long from, long to, Consumer<RepositoryException> damaged) {
    String first = digits(timeline) + "-" + String.format(Locale.ROOT, "%016X", from) + "~";
    String last = digits(timeline) + "-" + String.format(Locale.ROOT, "%016X", to) + "~";
    try (Stream<ObjectStat> objects =
        store.list(WalPeriod.directory(id) + digits(timeline) + "-")) {
      return objects
          .map(ObjectStat::name)
          .filter(NameForm.WAL_PERIOD::fits)
          .filter(name -> name.last().compareTo(first) > 0 && name.last().compareTo(last) < 0)
          .sorted(Comparator.comparing(ObjectName::last).reversed())
          .flatMap(name -> readPeriod(name, damaged).stream())
          .flatMap(period -> Optional.ofNullable(period.gap()).stream())
          .findFirst();
    }
  }

  private Optional<WalPeriod> readPeriod(ObjectName name, Consumer<RepositoryException> damaged) {
    try {
      return Optional.of(readPeriod(name));
    } catch (ObjectNotFoundException e) {
      return Optional.empty(); // it was removed since the listing
    } catch (UnusableObjectException | UnsupportedFormatException e) {
      damaged.accept(e);
      return Optional.empty();
    }
  }

  private WalPeriod readPeriod(ObjectName name) {
    byte[] object = read(ObjectKind.WAL_PERIOD, name);
    byte[] plain =
        SealedObject.open(
            keys, ObjectKind.WAL_PERIOD, name, object, ObjectKind.WAL_PERIOD.maximumSize());
    try {
      WalPeriod period = JsonMembers.read(plain, WalPeriod::read);
      if (!period.object(id).equals(name)) {
        throw new CorruptObjectException(name.value(), "it is the record of another period");
      }
      return period;
    } catch (MalformedJsonException | IllegalArgumentException e) {
      throw new CorruptObjectException(name.value(), "it cannot be read: " + e.getMessage());
    }
  }

  /**
   * A history file.
   *
   * @param hash 32 digits, a keyed hash of its content
   */
  public record StoredHistory(int timeline, String hash) {}

  /**
   * Stores the history file of a timeline, byte for byte. When this returns it is durable.
   *
   * @param content at most {@link #MAX_HISTORY} bytes
   */
  public StoredHistory putHistory(int timeline, byte[] content) {
    if (content.length > MAX_HISTORY || timeline < 2) {
      throw new IllegalArgumentException(
          "not the history of timeline " + timeline + ": " + content.length + " bytes");
    }
    StoredHistory history = new StoredHistory(timeline, names.ofHistory(timeline, content));
    ObjectName name = object(history);
    byte[] object =
        SealedObject.seal(
            keys, ObjectKind.WAL_HISTORY, RandomId.next(random), name.value(), content);
    store.put(name, ByteBuffer.wrap(object));
    return history;
  }

  private String histories() {
    return "wal/" + id + "/history/";
  }

  private ObjectName object(StoredHistory history) {
    return ObjectName.of(histories() + digits(history.timeline()) + "-" + history.hash());
  }

  private static String digits(int timeline) {
    return String.format(Locale.ROOT, "%08X", timeline);
  }

  /** All history files, by their timelines; where a timeline has two, two servers began it. */
  public List<StoredHistory> listHistories() {
    try (Stream<ObjectStat> objects = store.list(histories())) {
      return objects
          .map(ObjectStat::name)
          .filter(NameForm.WAL_HISTORY::fits)
          .sorted()
          .map(WalArchive::history)
          .filter(history -> history.timeline() > 1) // the first has none
          .toList();
    }
  }

  private static StoredHistory history(ObjectName name) {
    String last = name.last();
    int dash = last.indexOf('-');
    return new StoredHistory(Integer.parseUnsignedInt(last, 0, dash, 16), last.substring(dash + 1));
  }

  /**
   * The content of a history file, checked.
   *
   * @throws CorruptObjectException when it is not what was stored
   */
  public byte[] readHistory(StoredHistory history) {
    ObjectName name = object(history);
    byte[] object = read(ObjectKind.WAL_HISTORY, name);
    byte[] content = SealedObject.open(keys, ObjectKind.WAL_HISTORY, name, object, MAX_HISTORY);
    if (!names.ofHistory(history.timeline(), content).equals(history.hash())) {
      throw new CorruptObjectException(name.value(), "its bytes do not have the hash in its name");
    }
    return content;
  }
}
