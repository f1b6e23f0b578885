package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.heap.ColumnShape;
import io.holdfast.postgres.heap.HeapPage;
import io.holdfast.repository.Codec;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jpountz.lz4.LZ4Factory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** Rows that were inserted are read out of the log, whichever way they went into it. */
class InsertedRowTest {
  private static final ColumnShape INT = new ColumnShape(4, 4);

  @ParameterizedTest
  @CsvSource({"15, off", "16, pglz", "17, off", "18, pglz"})
  void everyRowIsReadWithItsPlace(int major, String compression) throws Exception {
    try (TestCluster cluster =
        TestCluster.of(major)
            .setting("wal_compression", compression)
            .setting("autovacuum", "off")
            .setting("wal_keep_size", "1GB")
            .start()) {
      cluster.execute("CREATE TABLE t (id int, filler text)", "CREATE TABLE other (id int)");
      Lsn from = Lsn.parse(cluster.query("SELECT pg_current_wal_insert_lsn()"));
      cluster.execute("INSERT INTO t SELECT i, repeat('x', 90) FROM generate_series(1, 200) i");
      copy(cluster, 201, 220);
      cluster.execute(
          "CHECKPOINT",
          "INSERT INTO t VALUES (221, 'its page is in the record')",
          "INSERT INTO t VALUES (222, NULL)",
          "INSERT INTO other VALUES (1)",
          "CHECKPOINT");
      copy(cluster, 223, 2000); // at first with a page, then on new ones
      RelationId table = ServerWal.relation(cluster, "t");

      Map<Integer, String> found = new TreeMap<>();
      EndOfWal end =
          ServerWal.read(
              cluster,
              major,
              from,
              record -> {
                for (InsertedRow row : InsertedRow.of(record, table::equals)) {
                  int id = intOf(row.row().first(INT));
                  assertThat(found.put(id, row.place().toString())).as("again %d", id).isNull();
                }
              });
      assertThat(end.found()).isEqualTo(EndOfWal.Found.NOTHING);
      assertThat(found).isEqualTo(places(cluster));
    }
  }

  private static void copy(TestCluster cluster, int first, int last)
      throws SQLException, IOException {
    String rows =
        IntStream.rangeClosed(first, last)
            .mapToObj(id -> id + "\tcopied " + "y".repeat(id % 50) + "\n")
            .collect(Collectors.joining());
    try (Connection session = cluster.superuser()) {
      session
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY t FROM STDIN", new StringReader(rows));
    }
  }

  private static Map<Integer, String> places(TestCluster cluster) {
    String all = cluster.query("SELECT string_agg(id || ' ' || ctid, ';') FROM t");
    return List.of(all.split(";")).stream()
        .map(row -> row.split(" "))
        .collect(
            Collectors.toMap(
                row -> Integer.valueOf(row[0]), row -> row[1], (a, b) -> a, TreeMap::new));
  }

  private static int intOf(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  /** An image in a record, by each compression that a server may have been told to use. */
  @Property(tries = 200)
  void anImageIsTheWholePageAgain(
      @ForAll long seed, @ForAll Codec codec, @ForAll @IntRange(max = 8000) int hole)
      throws Exception {
    if (codec == Codec.GZIP) {
      return;
    }
    Random random = new Random(seed);
    int holeAt = random.nextInt(HeapPage.SIZE - hole + 1);
    byte[] page = new byte[HeapPage.SIZE];
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) (i >= holeAt && i < holeAt + hole ? 0 : random.nextInt(4));
    }
    byte[] kept = new byte[HeapPage.SIZE - hole];
    System.arraycopy(page, 0, kept, 0, holeAt);
    System.arraycopy(page, holeAt + hole, kept, holeAt, kept.length - holeAt);
    byte[] stored =
        switch (codec) {
          case ZSTD -> Zstd.compress(kept);
          case LZ4 -> LZ4Factory.fastestInstance().fastCompressor().compress(kept);
          case NONE, GZIP -> kept;
        };
    int info =
        (hole > 0 ? PageImage.HAS_HOLE : 0)
            | switch (codec) {
              case LZ4 -> 0x08;
              case ZSTD -> 0x10;
              case NONE, GZIP -> 0;
            };
    boolean says = hole > 0 && codec != Codec.NONE;
    ByteBuffer payload = ByteBuffer.allocate(64 + stored.length).order(ByteOrder.LITTLE_ENDIAN);
    payload.put((byte) 0).put((byte) 0x10).putShort((short) 0);
    payload.putShort((short) stored.length).putShort((short) holeAt).put((byte) info);
    if (says) {
      payload.putShort((short) hole);
    }
    payload.putInt(1663).putInt(5).putInt(16384).putInt(7).put(stored);
    byte[] bytes = new byte[payload.position()];
    payload.flip().get(bytes);
    WalRecord record = record(11, 0, bytes);
    PageImage image = Objects.requireNonNull(RecordParts.of(record).image());
    assertThat(image.restore(record)).isEqualTo(page);
  }

  /** Bytes that look like an insertion up to some point. */
  @Property(tries = 5000)
  void whateverAnInsertionSaysItIsReadOrRefused(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    boolean many = random.nextBoolean();
    byte[] main = bytes(random, many ? 4 + 2 * random.nextInt(5) : 3);
    byte[] data = bytes(random, random.nextInt(200));
    byte[] image = bytes(random, random.nextInt(3) == 0 ? random.nextInt(500) : 0);
    ByteBuffer payload = ByteBuffer.allocate(2000).order(ByteOrder.LITTLE_ENDIAN);
    payload.put((byte) 0).put((byte) (image.length > 0 ? 0x10 : 0)).putShort((short) data.length);
    if (image.length > 0) {
      int info = random.nextInt(32);
      payload.putShort((short) image.length).putShort((short) random.nextInt(9000));
      payload.put((byte) info);
      if ((info & 1) != 0 && (info & PageImage.COMPRESSED) != 0) {
        payload.putShort((short) random.nextInt(9000));
      }
    }
    payload.putInt(1663).putInt(5).putInt(16384).putInt(7);
    payload.put((byte) 255).put((byte) main.length).put(image).put(data).put(main);
    byte[] bytes = new byte[payload.position()];
    payload.flip().get(bytes);
    WalRecord record = record(many ? 9 : 10, (many ? 0x50 : 0) | random.nextInt(2) << 7, bytes);
    try {
      for (InsertedRow row : InsertedRow.of(record, any -> true)) {
        assertThat(row.place().block()).isEqualTo(7);
        assertThat(row.row().end()).isLessThanOrEqualTo(row.row().bytes().length);
      }
    } catch (MalformedRecordException e) {
      assertThat(e).hasMessageContaining(record.start().toString());
    }
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static WalRecord record(int manager, int info, byte[] payload) throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(manager, info, 77, payload);
    try (WalRecordReader reader = new WalRecordReader(MadeWal.FORMAT, wal, MadeWal.start())) {
      return Objects.requireNonNull(reader.next());
    }
  }
}
