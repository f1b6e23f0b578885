package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What breaks a limit or a rule of docs/repository-format.md is refused, written or read. */
class FormatLimitsTest {
  private static final ChunkId ID = ChunkId.of(new byte[32]);

  private final Random random = new Random(1);

  @Test
  void aRecordLargerThanReadersTakeIsNotPut() {
    MemoryStore store = new MemoryStore();
    Records records = new Records(store, new FixedKeys(1), random);
    ObjectName name = ObjectName.of("runs/" + RandomId.next(random));
    assertThatThrownBy(
            () -> records.put(ObjectKind.RUN, name, out -> out.text("x", "x".repeat(4 << 20))))
        .isInstanceOfSatisfying(
            RepositoryException.class,
            e -> assertThat(e.category()).isEqualTo(FailureCategory.UNSUPPORTED))
        .hasMessageContaining(name.value());
    assertThat(store.stat(name)).isEmpty();
  }

  @Test
  void aPackInAnIndexHoldsItsBlocksAndIsNoLargerThanAPackCanBe() {
    long ends = ObjectHeader.LENGTH + 100;
    assertThatCode(() -> decodePack(ends)).doesNotThrowAnyException();
    assertThatCode(() -> decodePack(64 << 20)).doesNotThrowAnyException();
    assertDamaged(() -> decodePack(ends - 1));
    assertDamaged(() -> decodePack((64 << 20) + 1));
  }

  private PackSummary decodePack(long size) {
    PackDirectory directory =
        new PackDirectory(DomainId.DEFAULT, List.of(new BlockDescriptor(0, 0, 84, 100)), List.of());
    Encoder out = new Encoder();
    new PackSummary(
            new PackName(new byte[32]),
            (int) size,
            PackKind.DATA,
            RandomId.next(random),
            RandomId.next(random),
            directory)
        .encode(out);
    PackSummary read = PackSummary.decode(new Decoder(out.toBytes(), "index/x"));
    assertThat(read.directory()).isEqualTo(directory);
    assertThat(read.size()).isEqualTo(size);
    return read;
  }

  @Test
  void aPathWithANulInAManifestNodeIsDamage() {
    for (byte bad : new byte[] {0, 'b'}) {
      Encoder node = new Encoder().u8(1).bytes(ID.rawBytes());
      node.varint(3).bytes(new byte[] {'a', bad, 'c'}).varint(1).varint(0);
      ManifestRef ref = new ManifestRef(ID, 1, 1, 0);
      byte[] leaf = leafOf("abc");
      ChunkSource chunks = new TwoNodes(node.toBytes(), leaf);
      if (bad == 0) {
        assertDamaged(() -> new Manifest(ref, chunks).cursor());
      } else {
        assertThat(new Manifest(ref, chunks).cursor().hasNext()).isTrue();
      }
    }
  }

  private static byte[] leafOf(String path) {
    byte[] entry = EntryCodec.encode(Entry.builder(BytePath.of(path), NodeType.FIFO).build());
    return new Encoder().u8(0).varint(entry.length).bytes(entry).toBytes();
  }

  /** Gives the root first, then the leaf. */
  private static final class TwoNodes implements ChunkSource {
    private final byte[] root;
    private final byte[] leaf;
    private boolean rootGiven;

    TwoNodes(byte[] root, byte[] leaf) {
      this.root = root;
      this.leaf = leaf;
    }

    @Override
    public byte[] get(ChunkId id, ChunkKind kind) {
      byte[] node = rootGiven ? leaf : root;
      rootGiven = true;
      return node;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 17, Integer.MAX_VALUE})
  void noManifestIsDeeperThanSixteen(int depth) {
    assertThatThrownBy(() -> new ManifestRef(ID, depth, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
    MemoryStore store = new MemoryStore();
    Records records = new Records(store, new FixedKeys(1), random);
    ObjectName name = ObjectName.of("runs/" + RandomId.next(random));
    records.put(
        ObjectKind.RUN,
        name,
        out ->
            out.text("root", ID.toString())
                .number("depth", depth)
                .number("entries", 0)
                .number("bytes", 0));
    assertDamaged(() -> records.get(ObjectKind.RUN, name, ManifestRef::read));
  }

  @Test
  void lengthsThatAddUpToMoreThanALongAreDamage() {
    assertDamaged(
        () ->
            ExtentList.decode(
                list(
                    out ->
                        out.varint(0)
                            .varint(2)
                            .varint(0)
                            .varint(Long.MAX_VALUE)
                            .varint(0)
                            .varint(1)),
                0));
    assertDamaged(
        () ->
            ExtentList.decode(
                list(
                    out ->
                        out.varint(2)
                            .bytes(ID.rawBytes())
                            .varint(Long.MAX_VALUE)
                            .bytes(ID.rawBytes())
                            .varint(1)),
                1));
  }

  private static Decoder list(Consumer<Encoder> content) {
    Encoder out = new Encoder();
    content.accept(out);
    return new Decoder(out.toBytes(), "a content");
  }

  @Test
  void fieldsOfAnEntryAscendAndOnlyAttributesAndOptionalOnesRepeat() {
    assertThatCode(() -> entry(3, 4, 100, 100)).doesNotThrowAnyException();
    assertDamaged(() -> entry(4, 3));
    assertDamaged(() -> entry(3, 3));
    assertDamaged(() -> entry(100, 3));
    assertDamaged(() -> entry(1));
  }

  /** An entry with these fields after path and type, each of one byte. */
  private static Entry entry(int... fields) {
    Encoder out = new Encoder();
    out.varint(1).varint(1).u8('a').varint(2).varint(1).u8(4);
    for (int field : fields) {
      out.varint(field).varint(1).u8(7);
    }
    return EntryCodec.decode(new Decoder(out.toBytes(), "an entry"));
  }

  @Test
  void attributesOfAnEntryAreInOrderOfTheirNames() {
    assertThatCode(() -> attributes("user.a", "user.b")).doesNotThrowAnyException();
    assertDamaged(() -> attributes("user.b", "user.a"));
    assertDamaged(() -> attributes("user.a", "user.a"));
  }

  private static Entry attributes(String... names) {
    Encoder out = new Encoder();
    out.varint(1).varint(1).u8('a').varint(2).varint(1).u8(4);
    for (String name : names) {
      byte[] bytes = BytePath.of(name).bytes();
      out.varint(15).varint(bytes.length + 1).varint(bytes.length).bytes(bytes);
    }
    return EntryCodec.decode(new Decoder(out.toBytes(), "an entry"));
  }

  /** Neither its pack nor any other chunk is needed to check a chunk of pages. */
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16_384, 32_768})
  void aChunkOfPagesOrPageHashesIsCheckedByItself(int pageSize) {
    DomainSecrets secrets = FixedKeys.secrets(2);
    ChunkHashing hashing = new ChunkHashing(secrets.chunkIdKey(), secrets.pageHashKey());
    for (int count : new int[] {1, 3, 16, 128}) {
      byte[] pages = new byte[count * pageSize];
      random.nextBytes(pages);
      byte[] hashes = hashing.pageHashes(pages, 0, pages.length, pageSize);
      ChunkId id = hashing.pagesId(pageSize, hashes, 0, hashes.length);
      ChunkId hashesId = hashing.pageHashesId(id);
      assertThat(hashing.hasId(ChunkKind.PAGES, 0, pages, id)).isTrue();
      assertThat(hashing.hasId(ChunkKind.PAGE_HASHES, 0, hashes, hashesId)).isTrue();
      pages[random.nextInt(pages.length)] ^= 1;
      hashes[random.nextInt(hashes.length)] ^= 1;
      assertThat(hashing.hasId(ChunkKind.PAGES, 0, pages, id)).isFalse();
      assertThat(hashing.hasId(ChunkKind.PAGE_HASHES, 0, hashes, hashesId)).isFalse();
    }
  }

  private static void assertDamaged(Runnable read) {
    assertThatThrownBy(read::run).isInstanceOf(CorruptObjectException.class);
  }
}
