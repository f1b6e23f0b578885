package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BytePathTest {
  private static BytePath path(int... bytes) {
    byte[] copy = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      copy[i] = (byte) bytes[i];
    }
    return BytePath.of(copy);
  }

  @Provide
  Arbitrary<BytePath> paths() {
    return Arbitraries.<Integer>of(
            (int) 'a', (int) 'b', (int) '/', (int) '.', (int) '!', (int) '0', 0xff, 0xc3, 0xa4,
            0x01)
        .list()
        .ofMaxSize(12)
        .map(
            list -> {
              byte[] bytes = new byte[list.size()];
              for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (int) list.get(i);
              }
              return BytePath.of(bytes);
            });
  }

  @Provide
  Arbitrary<byte[]> noNul() {
    return Arbitraries.bytes().filter(b -> b != 0).array(byte[].class).ofMaxSize(40);
  }

  @Test
  void keepsBytesThatAreNotText() {
    BytePath path = path('a', 0xff, '/', 0xc3);
    assertThat(path.bytes()).containsExactly('a', 0xff, '/', 0xc3);
    assertThat(path).hasToString("a\\xff/\\xc3");
  }

  @Test
  void showsTextAsTextAndTheRestEscaped() {
    assertThat(BytePath.of("Übung/日本 𝄞")).hasToString("Übung/日本 𝄞");
    assertThat(BytePath.of("a\nb\\c\u202e")).hasToString("a\\x0ab\\x5cc\\xe2\\x80\\xae");
    assertThat(path(0xed, 0xa0, 0x80)).hasToString("\\xed\\xa0\\x80"); // a surrogate is not UTF-8
  }

  @Test
  void refusesNul() {
    assertThatThrownBy(() -> path('a', 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BytePath.of("a\0b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BytePath.of("\udc80")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsEscapedArguments() {
    assertThat(BytePath.fromArgument("a\udcff//ü/")).isEqualTo(path('a', 0xff, '/', 0xc3, 0xbc));
    assertThat(BytePath.fromArgument("//")).isEqualTo(BytePath.of("/"));
    assertThat(BytePath.fromArgument("")).isEqualTo(BytePath.EMPTY);
    assertThatThrownBy(() -> BytePath.fromArgument("\ud800"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesPathsApart() {
    BytePath path = BytePath.of("/srv/data");
    assertThat(path.name()).isEqualTo(BytePath.of("data"));
    assertThat(path.parent()).isEqualTo(BytePath.of("/srv"));
    assertThat(BytePath.of("/srv").parent()).isEqualTo(BytePath.of("/"));
    assertThat(BytePath.of("/").parent()).isNull();
    assertThat(BytePath.of("a").parent()).isEqualTo(BytePath.EMPTY);
    assertThat(BytePath.EMPTY.parent()).isNull();
    assertThat(BytePath.of("a/b/c").components())
        .containsExactly(BytePath.of("a"), BytePath.of("b"), BytePath.of("c"));
    assertThat(BytePath.EMPTY.components()).isEmpty();
  }

  @Test
  void joins() {
    assertThat(BytePath.of("a").resolve("b/c")).isEqualTo(BytePath.of("a/b/c"));
    assertThat(BytePath.of("/").resolve("b")).isEqualTo(BytePath.of("/b"));
    assertThat(BytePath.EMPTY.resolve("b")).isEqualTo(BytePath.of("b"));
    assertThat(BytePath.of("a").resolve(BytePath.EMPTY)).isEqualTo(BytePath.of("a"));
    assertThat(BytePath.of("a").resolve("/b")).isEqualTo(BytePath.of("/b"));
  }

  @Test
  void tellsWhatStaysBeneath() {
    for (String good : List.of("", "a", "a/b", "...", "a/..b", ".a", "a/.hidden/c")) {
      assertThat(BytePath.of(good).isBeneath()).as(good).isTrue();
    }
    for (String bad :
        List.of("/", "/a", "a/", "a//b", "..", "a/..", "../a", "a/../b", ".", "a/./b")) {
      assertThat(BytePath.of(bad).isBeneath()).as(bad).isFalse();
    }
    assertThat(BytePath.of("a/b").isName()).isFalse();
    assertThat(BytePath.EMPTY.isName()).isFalse();
    assertThat(BytePath.of("..").isName()).isFalse();
    assertThat(BytePath.of("..a").isName()).isTrue();
  }

  @Test
  void containsByWholeComponents() {
    assertThat(BytePath.of("a/b").startsWith(BytePath.of("a"))).isTrue();
    assertThat(BytePath.of("ab").startsWith(BytePath.of("a"))).isFalse();
    assertThat(BytePath.of("a").startsWith(BytePath.EMPTY)).isTrue();
    assertThat(BytePath.of("/a").startsWith(BytePath.of("/"))).isTrue();
  }

  @Property
  void ordersAsADepthFirstWalk(@ForAll("paths") BytePath a, @ForAll("paths") BytePath b) {
    int bySlashAsZero =
        new String(a.bytes(), StandardCharsets.ISO_8859_1)
            .replace('/', '\0')
            .compareTo(new String(b.bytes(), StandardCharsets.ISO_8859_1).replace('/', '\0'));
    assertThat(Integer.signum(a.compareTo(b))).isEqualTo(Integer.signum(bySlashAsZero));
    assertThat(a.equals(b)).isEqualTo(a.compareTo(b) == 0);
  }

  @Property
  void differentPathsLookDifferent(@ForAll("noNul") byte[] a, @ForAll("noNul") byte[] b) {
    assertThat(BytePath.of(a).toString().equals(BytePath.of(b).toString()))
        .isEqualTo(BytePath.of(a).equals(BytePath.of(b)));
  }

  @Property
  void componentsJoinToThePath(@ForAll("paths") BytePath path) {
    List<String> parts = new ArrayList<>();
    path.components()
        .forEach(part -> parts.add(new String(part.bytes(), StandardCharsets.ISO_8859_1)));
    assertThat(String.join("/", parts))
        .isEqualTo(new String(path.bytes(), StandardCharsets.ISO_8859_1));
  }
}
