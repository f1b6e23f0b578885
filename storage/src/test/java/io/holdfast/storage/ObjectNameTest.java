package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ObjectNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        ".tmp/x",
        "a/.b",
        "a b",
        "a\\b",
        "a\u0000b",
        "\u00e4",
        "a\n",
        "a:b",
        "a%2f"
      })
  void whatCouldLeadElsewhereIsNoName(String value) {
    assertThat(ObjectName.isValid(value)).isFalse();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ObjectName.of(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "format/1",
        "packs/ab/0f",
        "a.b",
        "a..b",
        "-",
        "_",
        "20261122T010203Z-full-ab"
      })
  void namesAreNames(String value) {
    assertThat(ObjectName.of(value)).hasToString(value);
  }

  @Property
  void aNameStaysBelowItsRoot(@ForAll String value) {
    if (ObjectName.isValid(value)) {
      Path root = Path.of("/root");
      Path inside = root.resolve(value).normalize();
      // Compared as names: nothing of the kind exists.
      assertThat(inside.startsWith(root)).isTrue();
      assertThat(inside.equals(root)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201})
  void componentsAreBounded(int length) {
    assertThat(ObjectName.isValid("a".repeat(length))).isEqualTo(length == 200);
    assertThat(ObjectName.isValid("a/".repeat(255) + "ab")).isTrue();
    assertThat(ObjectName.isValid("a/".repeat(255) + "abc")).isFalse();
  }
}
