package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

class TarReaderTest {

  private static TarReader reader(byte[] archive) {
    ByteArrayInputStream in = new ByteArrayInputStream(archive);
    return new TarReader(
        (buffer, offset, length) -> in.read(buffer, offset, Math.min(length, 333)), "The archive");
  }

  private static byte[] archive() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, 512, "ISO-8859-1")) {
      TarArchiveEntry directory = new TarArchiveEntry("./pg_wal/archive_status/");
      directory.setMode(0700);
      out.putArchiveEntry(directory);
      out.closeArchiveEntry();
      TarArchiveEntry file = new TarArchiveEntry("base/n\u00e4me");
      file.setSize(700);
      file.setIds(70_000, 80_000);
      file.setModTime(1_700_000_000_000L);
      out.putArchiveEntry(file);
      out.write(new byte[700]);
      out.closeArchiveEntry();
      out.putArchiveEntry(new TarArchiveEntry("empty"));
      out.closeArchiveEntry();
      TarArchiveEntry link = new TarArchiveEntry("pg_tblspc/1", TarConstants.LF_SYMLINK);
      link.setLinkName("/somewhere else");
      out.putArchiveEntry(link);
      out.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private static long members(TarReader reader) {
    long count = 0;
    while (reader.next().isPresent()) {
      count++;
    }
    return count;
  }

  @Test
  void membersComeWithTheirMetadataAndNamesAreBytes() throws Exception {
    TarReader reader = reader(archive());
    TarReader.Member directory = reader.next().orElseThrow();
    assertThat(directory.name()).hasToString("pg_wal/archive_status");
    assertThat(directory.type()).isEqualTo(TarReader.Member.DIRECTORY);
    assertThat(directory.mode()).isEqualTo(0700);
    TarReader.Member file = reader.next().orElseThrow();
    assertThat(file.name().bytes())
        .isEqualTo("base/n\u00e4me".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(file.size()).isEqualTo(700);
    assertThat(file.uid()).isEqualTo(70_000);
    assertThat(file.gid()).isEqualTo(80_000);
    assertThat(file.modified()).isEqualTo(1_700_000_000L);
    byte[] some = new byte[10];
    assertThat(reader.read(some, 0, 10)).isEqualTo(10);
    assertThat(reader.next().orElseThrow().name()).hasToString("empty");
    assertThat(reader.read(some, 0, 10)).isEqualTo(-1);
    assertThat(reader.next().orElseThrow().link()).hasToString("/somewhere else");
    assertThat(reader.next()).isEmpty();
  }

  @Test
  void anArchiveThatIsCutShortAnywhereIsNoticed() throws Exception {
    byte[] whole = archive();
    for (int length = 0; length < whole.length; length += 97) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> members(reader(cut)))
          .as("cut to %s bytes", length)
          .isInstanceOf(ServerProtocolException.class)
          .hasMessageContaining("The archive is damaged");
    }
  }

  @Test
  void aChangedByteOfAHeaderIsNoticed() throws Exception {
    byte[] whole = archive();
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(512);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      // The checksum's own last byte is not part of what it covers.
      if (at < 155) {
        assertThatThrownBy(() -> members(reader(changed)))
            .isInstanceOf(ServerProtocolException.class);
      }
    }
  }

  @Test
  void bytesBehindTheEndAreNoticed() throws Exception {
    byte[] whole = archive();
    byte[] more = Arrays.copyOf(whole, whole.length + 512);
    assertThatThrownBy(() -> members(reader(more))).hasMessageContaining("behind its end");
  }

  @Test
  void namesThatLeadOutAreRefused() throws Exception {
    for (String name : new String[] {"../etc/passwd", "base/../../x", "..", "base//x"}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, 512)) {
        out.putArchiveEntry(new TarArchiveEntry(name, true));
        out.closeArchiveEntry();
      }
      assertThatThrownBy(() -> members(reader(bytes.toByteArray())))
          .as(name)
          .isInstanceOf(ServerProtocolException.class);
    }
  }

  @Test
  void typesThatServersDoNotSendAreRefused() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, 512)) {
      TarArchiveEntry fifo = new TarArchiveEntry("fifo", TarConstants.LF_FIFO);
      out.putArchiveEntry(fifo);
      out.closeArchiveEntry();
    }
    assertThatThrownBy(() -> members(reader(bytes.toByteArray()))).hasMessageContaining("type '6'");
  }

  @Test
  void sizesBeyondOctalAreRead() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, 512);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    TarArchiveEntry large = new TarArchiveEntry("large");
    large.setSize(1L << 40);
    out.putArchiveEntry(large);
    out.flush();
    assertThat(reader(bytes.toByteArray()).next().orElseThrow().size()).isEqualTo(1L << 40);
  }
}
