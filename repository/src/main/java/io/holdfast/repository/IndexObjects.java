package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Writes, lists and reads the index objects of a repository; docs/repository-format.md section 8.
 */
final class IndexObjects {
  static final String PREFIX = "index/";

  private static final int LAYOUT = 1;

  /** Some sixteen packs with as many chunks as they may have take half of it. */
  private static final int MAX_PLAIN = 96 << 20;

  private final ObjectStore store;
  private final ObjectKeys keys;
  private final RandomGenerator random;

  IndexObjects(ObjectStore store, ObjectKeys keys, RandomGenerator random) {
    this.store = store;
    this.keys = keys;
    this.random = random;
  }

  /** Writes an index object of packs that are durable, and returns its name without the prefix. */
  String write(List<PackSummary> packs) {
    return write(packs, Set.of());
  }

  /** As above, and it replaces these index objects, named without the prefix. */
  String write(List<PackSummary> packs, Set<String> supersedes) {
    Encoder out = new Encoder(1 << 16).u8(LAYOUT).varint(supersedes.size());
    for (String name : supersedes) {
      out.bytes(HexFormat.of().parseHex(name));
    }
    for (PackSummary pack : packs) {
      out.u8(1);
      pack.encode(out);
    }
    out.u8(0);
    if (out.size() > MAX_PLAIN) {
      throw new IllegalArgumentException(packs.size() + " packs are too many for one index object");
    }
    byte[] object =
        SealedObject.seal(keys, ObjectKind.INDEX, RandomId.next(random), "", out.toBytes());
    String name = Sha256.hex(object);
    store.put(ObjectName.of(PREFIX + name), ByteBuffer.wrap(object));
    return name;
  }

  /** What an index object says. */
  record IndexObject(Set<String> supersedes, List<PackSummary> packs) {}

  IndexObject read(String name) {
    String what = PREFIX + name;
    byte[] object = ObjectKind.INDEX.read(store, ObjectName.of(what));
    if (!Sha256.hex(object).equals(name)) {
      throw new CorruptObjectException(what, "its bytes do not have the hash that names it");
    }
    Encoder plain = new Encoder(Math.min(object.length * 2, MAX_PLAIN));
    SealedObject.open(
        keys,
        ObjectKind.INDEX,
        what,
        "",
        object,
        part -> {
          if (plain.size() + part.length > MAX_PLAIN) {
            throw new CorruptObjectException(what, "it is too large");
          }
          plain.bytes(part);
        });
    return decode(plain.decoder(what));
  }

  private static IndexObject decode(Decoder in) {
    if (in.u8() != LAYOUT) {
      throw new UnsupportedFormatException(in.what(), "it has an unknown layout");
    }
    Set<String> supersedes = new HashSet<>();
    for (int left = in.count(PackName.LENGTH); left > 0; left--) {
      supersedes.add(HexFormat.of().formatHex(in.bytes(PackName.LENGTH)));
    }
    List<PackSummary> packs = new ArrayList<>();
    for (int more = in.u8(); more != 0; more = in.u8()) {
      packs.add(PackSummary.decode(in));
    }
    return new IndexObject(supersedes, packs);
  }

  /** For when an index object is damaged. */
  RebuildIndex rebuild() {
    return new RebuildIndex(store, new PackReader(store, keys));
  }

  /** Names of all index objects, without the prefix. */
  Set<String> list() {
    try (Stream<ObjectStat> objects = NameForm.INDEX.list(store)) {
      Set<String> names = new TreeSet<>();
      objects.forEach(object -> names.add(object.name().last()));
      return names;
    }
  }
}
