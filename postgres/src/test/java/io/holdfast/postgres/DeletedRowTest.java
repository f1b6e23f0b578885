package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.recovery.RecoveryTargetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write for a row names it, whatever its table and its key are called. */
class DeletedRowTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      value = {
        "projects:4711; ^^; projects; 4711",
        "public.projects:a:b/c; ^^; public.projects; a:b/c",
        "app/public.projects:4711; app; public.projects; 4711",
        "\"x:y\".\"a/b\":1; ^^; \"x:y\".\"a/b\"; 1",
        "\"my/app\"/\"x:y\":1; my/app; \"x:y\"; 1",
        "\"a\"\"b\"/t:1; a\"b; t; 1"
      })
  void databaseTableAndKeyAreTold(String text, String database, String table, String key) {
    assertThat(DeletedRow.parse(text)).isEqualTo(new DeletedRow(database, table, key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "projects", ":1", "projects:", "app/:1", "\"projects:1"})
  void whatNamesNoRowIsRefused(String text) {
    assertThatThrownBy(() -> DeletedRow.parse(text))
        .isInstanceOf(RecoveryTargetException.class)
        .hasMessageContaining("names no row");
  }

  @Test
  void valuesOfSeveralColumnsMayHaveCommas() {
    DeletedRow row = DeletedRow.parse("t:3,\"n,\"\"3\"\"\",");
    assertThat(row.values(3)).containsExactly("3", "n,\"3\"", "");
    assertThat(DeletedRow.parse("t:3,\"n").values(1)).containsExactly("3,\"n");
  }
}
