package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Values computed by another program from docs/repository-format.md alone, so that what is derived,
 * named and cut can never drift. If one of these fails, the format has changed.
 */
final class PinnedFormatTest {
  private static final byte[] DATA = data(12 << 20);

  private final Secret domain = DomainKeys.defaultDomain(new Secret(counting(32)));
  private final DomainSecrets secrets = DomainKeys.secrets(domain);
  private final ChunkHashing hashing =
      new ChunkHashing(secrets.chunkIdKey(), secrets.pageHashKey());

  private static byte[] counting(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** SHA-256 of 0, 1, 2, ... as u32, one after the other. */
  private static byte[] data(int length) {
    ByteBuffer data = ByteBuffer.allocate(length);
    for (int i = 0; data.hasRemaining(); i++) {
      data.put(Sha256.of(ByteBuffer.allocate(4).putInt(0, i).array()));
    }
    return data.array();
  }

  @Test
  void gearTable() {
    long[] table = secrets.gearTable();
    ByteBuffer bytes = ByteBuffer.allocate(2048);
    bytes.asLongBuffer().put(table);
    assertThat(table[0]).isEqualTo(0xb2a47f85e412053fL);
    assertThat(table[255]).isEqualTo(0xc48cab2864796187L);
    assertThat(Sha256.hex(bytes.array()))
        .isEqualTo("01ccd53ab0e34ffc2651a9192d3c8e79403ebe156421bd00d39aa3a2fe13eed4");
  }

  @Test
  void cutPoints() {
    FastCdc cdc = new FastCdc(secrets.gearTable());
    List<Integer> lengths = new ArrayList<>();
    for (int at = 0; at < DATA.length; at += lengths.getLast()) {
      lengths.add(cdc.cut(DATA, at, DATA.length - at));
    }
    assertThat(lengths)
        .containsExactly(
            1090675, 1663332, 1058508, 1392511, 1299885, 1492681, 1066736, 1073736, 430841, 1242092,
            771915);
  }

  @Test
  void ids() {
    assertThat(hashing.chunkId(ChunkKind.BYTES, DATA, 0, 1000))
        .hasToString("703051a5bbfae772e2bc9705a11fb32e8da7b4bff5d460823c59bb429a46ce3f");
    byte[] hash = hashing.pageHashes(DATA, 0, 8192, 8192);
    assertThat(HexFormat.of().formatHex(hash)).isEqualTo("5f914e18f53a85756a3368fbc74bc8b2");
    ChunkId pages = hashing.pagesId(8192, hash, 0, hash.length);
    assertThat(pages)
        .hasToString("7220f381cefc8a951059e986e6b5924d4b37ad78202f6dc207c802a7f20d87a7");
    assertThat(hashing.pageHashesId(pages))
        .hasToString("ba8320f3a8dd8e444265fff64f76620579b541e48307fb28aee634c77e0d2f38");
  }

  @Test
  void objectKey() {
    assertThat(Hkdf.derive(counting(32), counting(16), KeyLabel.info("record"), 32))
        .isEqualTo(
            HexFormat.of()
                .parseHex("c9b870fff66671dd82f4ecbfa3cf359f307a2d0dffdf36a6f9b6163b05e25263"));
  }

  @Test
  void recoveryKit() {
    String text = "HFK1-000G-40R4-0M30-E209-185G-R38E-1W81-24GK-2GAH-C5RR-34D1-P70X-3RFG-18KT";
    assertThat(RecoveryKit.parse(text.toCharArray()).key()).isEqualTo(counting(32));
    assertThat(RecoveryKit.parse(text.toCharArray()).text()).isEqualTo(text);
  }

  @Test
  void oneChunkNeverExceedsTheMaximumAndEndsWithTheData() {
    FastCdc cdc = new FastCdc(new long[256]);
    byte[] zeros = new byte[FastCdc.MAXIMUM + 1];
    assertThat(cdc.cut(zeros, 0, 0)).isZero();
    assertThat(cdc.cut(zeros, 0, FastCdc.MINIMUM)).isEqualTo(FastCdc.MINIMUM);
    long[] never = new long[256];
    Arrays.fill(never, Long.MIN_VALUE);
    assertThat(new FastCdc(never).cut(zeros, 0, zeros.length)).isEqualTo(FastCdc.MAXIMUM);
  }
}
