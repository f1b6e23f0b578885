package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** What is written reads back the same; what was not written is refused without harm. */
class EncodingPropertiesTest {
  @Property
  void numbersReadBackTheSame(@ForAll long any, @ForAll int small) {
    byte[] bytes =
        new Encoder().varint(any & Long.MAX_VALUE).svarint(any).u64(any).u32(small).toBytes();
    Decoder in = new Decoder(bytes, "test");
    assertThat(in.varint()).isEqualTo(any & Long.MAX_VALUE);
    assertThat(in.svarint()).isEqualTo(any);
    assertThat(in.u64()).isEqualTo(any);
    assertThat(in.u32()).isEqualTo(Integer.toUnsignedLong(small));
    assertThat(in.hasMore()).isFalse();
  }

  @Property(tries = 300)
  void entriesReadBackTheSame(@ForAll("entries") Entry entry) {
    byte[] bytes = EntryCodec.encode(entry);
    Entry back = EntryCodec.decode(new Decoder(bytes, "test"));
    assertThat(EntryCodec.encode(back)).isEqualTo(bytes);
    assertThat(back).isEqualTo(entry);
  }

  /** Hostile bytes: either something that is an entry, or a clear error; never anything else. */
  @Property(tries = 2000)
  void randomBytesAreRefusedClearly(@ForAll @Size(max = 200) byte[] bytes) {
    assertRefusedOrRead(() -> EntryCodec.decode(new Decoder(bytes, "test")));
    assertRefusedOrRead(() -> Content.decode(new Decoder(bytes, "test")));
    assertRefusedOrRead(() -> PackDirectory.decode(new Decoder(bytes, "test")));
    assertRefusedOrRead(() -> PackSummary.decode(new Decoder(bytes, "test")));
    assertRefusedOrRead(() -> ObjectHeader.decode(bytes, RandomId.NONE, "test"));
  }

  @Property(tries = 1000)
  void alteredEntriesAreRefusedClearly(
      @ForAll("entries") Entry entry, @ForAll int place, @ForAll byte change) {
    byte[] bytes = EntryCodec.encode(entry);
    bytes[Math.floorMod(place, bytes.length)] ^= change;
    assertRefusedOrRead(() -> EntryCodec.decode(new Decoder(bytes, "test")));
  }

  private static void assertRefusedOrRead(Runnable read) {
    Throwable thrown = catchThrowable(read::run);
    if (thrown != null) {
      assertThat(thrown)
          .isInstanceOfAny(CorruptObjectException.class, UnsupportedFormatException.class);
    }
  }

  /** However extents are added, the list reads back as the same ranges of the file. */
  @Property(tries = 200)
  void extentListsKeepEveryRange(
      @ForAll("extents") List<Extent> extents, @ForAll boolean withStride) {
    Map<ChunkId, byte[]> stored = new TreeMap<>();
    ChunkHashing hashing =
        new ChunkHashing(FixedKeys.secrets(2).chunkIdKey(), FixedKeys.secrets(2).pageHashKey());
    ChunkSink sink =
        (kind, bytes, offset, length) -> {
          ChunkId id = hashing.chunkId(kind, bytes, offset, length);
          stored.put(id, java.util.Arrays.copyOfRange(bytes, offset, offset + length));
          return id;
        };
    ExtentWriter writer = new ExtentWriter(sink, withStride ? 64 * 512L : 0);
    extents.forEach(writer::add);
    ExtentList list = writer.finish();
    Encoder out = new Encoder();
    list.encode(out);
    ExtentList back = ExtentList.decode(new Decoder(out.toBytes(), "test"), list.depth());
    ExtentCursor cursor =
        new ExtentCursor(back, (id, kind) -> java.util.Objects.requireNonNull(stored.get(id)));
    List<String> seen = new ArrayList<>();
    for (Extent extent = cursor.next(); extent != null; extent = cursor.next()) {
      unitsOf(extent, seen);
    }
    List<String> expected = new ArrayList<>();
    extents.forEach(extent -> unitsOf(extent, expected));
    assertThat(seen).isEqualTo(expected);
    assertThat(list.length()).isEqualTo(extents.stream().mapToLong(Extent::length).sum());
  }

  private static void unitsOf(Extent extent, List<String> units) {
    for (int at = 0; at < extent.length(); at += 512) {
      units.add(extent.chunk() + "+" + (extent.isHole() ? 0 : extent.offset() + at));
    }
  }

  @Provide
  Arbitrary<List<Extent>> extents() {
    Arbitrary<Extent> one =
        Combinators.combine(
                Arbitraries.integers().between(0, 5), Arbitraries.integers().between(0, 100))
            .as(
                (chunk, page) ->
                    chunk == 0
                        ? Extent.hole(512)
                        : new Extent(
                            ChunkId.of(
                                new byte[] {
                                  chunk.byteValue(),
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0
                                }),
                            page * 512,
                            512));
    return one.list().ofMaxSize(3000);
  }

  @Provide
  Arbitrary<Entry> entries() {
    Arbitrary<BytePath> paths =
        Arbitraries.bytes()
            .filter(b -> b != 0)
            .array(byte[].class)
            .ofMinSize(1)
            .ofMaxSize(40)
            .map(BytePath::of);
    Arbitrary<FileTimestamp> times =
        Combinators.combine(Arbitraries.longs(), Arbitraries.integers().between(0, 999_999_999))
            .as(FileTimestamp::new);
    Arbitrary<Entry.Attribute> attributes =
        Combinators.combine(paths, Arbitraries.bytes().array(byte[].class).ofMaxSize(50))
            .as(Entry.Attribute::new);
    return Combinators.combine(
            paths,
            Arbitraries.of(NodeType.class),
            Arbitraries.integers().between(0, 07777),
            times,
            paths.injectNull(0.3),
            attributes
                .list()
                .ofMaxSize(3)
                .uniqueElements(Entry.Attribute::name)
                .map(EncodingPropertiesTest::sorted),
            Arbitraries.longs().greaterOrEqual(0),
            Arbitraries.of(true, false))
        .as(
            (path, type, mode, time, optional, attributeList, number, flag) ->
                Entry.builder(path, type)
                    .mode(mode)
                    .owner(number, number / 2)
                    .ownerNames(optional, optional)
                    .times(time, time)
                    .identity(number, number, number)
                    .linkTarget(optional)
                    .deviceNumber(flag ? new Entry.DeviceNumber(number, 1) : null)
                    .attributes(attributeList)
                    .content(
                        flag
                            ? new Content(
                                ChunkKind.BYTES,
                                0,
                                new byte[Content.CHECKSUM_LENGTH],
                                0,
                                new ExtentList.Leaf(List.of()))
                            : null)
                    .flags(new Entry.Flags(flag, !flag, number % 3 == 0))
                    .build());
  }

  @Property(tries = 50)
  void cutsNeedNoMoreThanTheMaximumAndAlwaysAgree(@ForAll long seed) {
    java.util.Random random = new java.util.Random(seed);
    byte[] bytes = new byte[FastCdc.MAXIMUM + random.nextInt(2_000_000)];
    random.nextBytes(bytes);
    FastCdc chunker = new FastCdc(FixedKeys.secrets(3).gearTable());
    int cut = chunker.cut(bytes, 0, bytes.length);
    assertThat(cut).isBetween(FastCdc.MINIMUM, FastCdc.MAXIMUM);
    assertThat(chunker.cut(bytes, 0, FastCdc.MAXIMUM)).isEqualTo(cut);
    assertThatCode(() -> chunker.cut(bytes, 0, 0)).doesNotThrowAnyException();
  }

  private static List<Entry.Attribute> sorted(List<Entry.Attribute> attributes) {
    return attributes.stream()
        .sorted(
            Comparator.comparing(attribute -> attribute.name().bytes(), Arrays::compareUnsigned))
        .toList();
  }
}
