package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JSON of records, to the byte. The files in {@code records/} were written by the first version
 * of the program, which left the writing to data binding.
 */
class RecordJsonTest {
  private static final String JSON = new String(sample("session").json(), UTF_8);

  static List<SampleRecords.Sample> samples() {
    return SampleRecords.all();
  }

  private static SampleRecords.Sample sample(String name) {
    return samples().stream()
        .filter(sample -> sample.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aRecordIsWrittenAsEver(SampleRecords.Sample sample) throws IOException {
    Path file = Path.of("src/test/resources/records", sample.name() + ".json");
    assertThat(sample.json()).asString(UTF_8).isEqualTo(Files.readString(file));
    assertThat(sample.read(sample.json())).isEqualTo(sample.record());
  }

  @Test
  void whatIsUnknownIsIgnored() {
    for (String value :
        List.of("1", "1e99", "{\"a\":[null,{}]}", "[".repeat(400) + "]".repeat(400))) {
      assertThat(read(JSON.replace("{\"session\"", "{\"other\":" + value + ",\"session\"")))
          .isEqualTo(SampleRecords.session());
    }
  }

  @Test
  void whatMayBeMissingMayBeNullToo() {
    String backup = new String(sample("backup").json(), UTF_8);
    String bare =
        backup
            .replace(",\"environment\":\"production\"", "")
            .replaceFirst("\"anchor\":\\{[^}]*}", "\"anchor\":null")
            .replace("\"warnings\":[\"a pack was lost\"]", "\"warnings\":null");
    assertThat((BackupRecord) sample("backup").read(bare.getBytes(UTF_8)))
        .extracting(BackupRecord::environment, BackupRecord::anchor, BackupRecord::warnings)
        .containsExactly(null, null, List.of());
    assertThat(((SessionRecord) read(JSON.replaceFirst(",\"run\":\"f+\"", ""))).run())
        .isEqualTo(SampleRecords.ID);
  }

  @Test
  void enumValuesMayBeInCapitals() {
    String run = new String(sample("run-failed").json(), UTF_8).replace("failed", "Failed");
    assertThat(sample("run-failed").read(run.getBytes(UTF_8))).isEqualTo(SampleRecords.failedRun());
  }

  /** As another reader would have it. */
  @Test
  void ofMembersWithOneNameTheLastCounts() {
    assertThat(read(JSON.replace("{\"session\"", "{\"number\":7,\"session\"")))
        .isEqualTo(SampleRecords.session());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "3",
        "\"x\"",
        "{",
        "{}",
        "{\"session\"",
        "nonsense",
        "{} {}",
        "{\"number\":NaN}",
        "{\"number\":1e999}",
        "// no comment\n{}"
      })
  void whatIsNoRecordIsRefused(String json) {
    assertRefused(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "\"3\"",
        "3.0",
        "3e0",
        "9223372036854775808",
        "-9223372036854775809",
        "[3]"
      })
  void onlyAWholeNumberIsANumber(String number) {
    assertRefused(JSON.replace("\"number\":3", "\"number\":" + number));
  }

  @Test
  void whatSurroundsARecordIsRefused() {
    assertRefused("[" + JSON + "]");
    assertRefused(JSON + JSON);
    assertRefused(JSON + ",");
    assertRefused(JSON.substring(1));
    assertRefused(JSON.substring(0, JSON.length() - 1));
  }

  @Test
  void nothingIsReadThatIsTooDeep() {
    for (String deep : List.of("[".repeat(100_000), "{\"a\":".repeat(100_000))) {
      assertRefused(deep);
      assertRefused(JSON.replace("{\"session\"", "{\"other\":" + deep + ",\"session\""));
    }
  }

  @Test
  void aRefusalNamesTheMember() {
    assertThatThrownBy(() -> read(JSON.replace("\"number\":3", "\"number\":\"3\"")))
        .hasMessageContainingAll("runs/", "number");
    assertThatThrownBy(() -> read(JSON.replace("\"client\":\"host\",", "")))
        .hasMessageContaining("client");
  }

  private static Object read(String json) {
    return sample("session").read(json.getBytes(UTF_8));
  }

  private static void assertRefused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(CorruptObjectException.class);
  }
}
