package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TreeFilterTest {
  private static List<BytePath> paths(String... texts) {
    return Stream.of(texts).map(BytePath::of).toList();
  }

  private static TreeFilter excluding(String... patterns) {
    return TreeFilter.of(List.of(), paths(patterns));
  }

  private static TreeFilter including(String... patterns) {
    return TreeFilter.of(paths(patterns), List.of());
  }

  private static boolean wantsFile(TreeFilter filter, String path) {
    return filter.wants(BytePath.of(path), false);
  }

  private static boolean wantsDirectory(TreeFilter filter, String path) {
    return filter.wants(BytePath.of(path), true);
  }

  @Test
  void aNameMatchesAtEveryLevel() {
    TreeFilter filter = excluding("*.tmp");
    assertThat(wantsFile(filter, "a.tmp")).isFalse();
    assertThat(wantsFile(filter, "x/y/a.tmp")).isFalse();
    assertThat(wantsFile(filter, "a.tmp.txt")).isTrue();
  }

  @Test
  void aSlashAnchorsAtTheRoot() {
    assertThat(wantsFile(excluding("/build"), "build")).isFalse();
    assertThat(wantsFile(excluding("/build"), "x/build")).isTrue();
    assertThat(wantsFile(excluding("a/b"), "a/b")).isFalse();
    assertThat(wantsFile(excluding("a/b"), "x/a/b")).isTrue();
  }

  @Test
  void aTrailingSlashMeansDirectories() {
    TreeFilter filter = excluding("cache/");
    assertThat(wantsDirectory(filter, "x/cache")).isFalse();
    assertThat(wantsFile(filter, "x/cache")).isTrue();
  }

  @Test
  void starsStayWithinAName() {
    assertThat(wantsFile(excluding("a/*/c"), "a/b/c")).isFalse();
    assertThat(wantsFile(excluding("a/*/c"), "a/b/b/c")).isTrue();
    assertThat(wantsFile(excluding("a/**/c"), "a/c")).isFalse();
    assertThat(wantsFile(excluding("a/**/c"), "a/b/b/c")).isFalse();
    assertThat(wantsFile(excluding("a/**"), "a")).isTrue();
    assertThat(wantsFile(excluding("a/**"), "a/b/c")).isFalse();
    assertThat(wantsFile(excluding("**/c"), "c")).isFalse();
    assertThat(wantsFile(excluding("**/b/c"), "a/b/c")).isFalse();
  }

  @Test
  void setsAndEscapes() {
    assertThat(wantsFile(excluding("[a-c]?"), "bx")).isFalse();
    assertThat(wantsFile(excluding("[!a-c]"), "b")).isTrue();
    assertThat(wantsFile(excluding("[!a-c]"), "d")).isFalse();
    assertThat(wantsFile(excluding("[]x]"), "]")).isFalse();
    assertThat(wantsFile(excluding("[a\\]]"), "]")).isFalse();
    assertThat(wantsFile(excluding("\\*"), "*")).isFalse();
    assertThat(wantsFile(excluding("\\*"), "a")).isTrue();
    assertThat(wantsFile(excluding("\\!a"), "!a")).isFalse();
  }

  @Test
  void matchesBytesThatAreNotText() {
    BytePath odd = BytePath.of(new byte[] {'a', (byte) 0xff});
    assertThat(excluding("a?").wants(odd, false)).isFalse();
    assertThat(TreeFilter.of(List.of(), List.of(odd)).wants(odd, false)).isFalse();
  }

  @Test
  void theLastPatternDecides() {
    TreeFilter filter = excluding("*.log", "!keep.log", "/x/keep.log");
    assertThat(wantsFile(filter, "a.log")).isFalse();
    assertThat(wantsFile(filter, "keep.log")).isTrue();
    assertThat(wantsFile(filter, "x/keep.log")).isFalse();
  }

  @Test
  void includesKeepTheWayToWhatTheyMean() {
    TreeFilter filter = including("/srv/uploads", "/etc/*.conf");
    assertThat(wantsDirectory(filter, "srv")).isTrue();
    assertThat(wantsDirectory(filter, "srv/uploads")).isTrue();
    assertThat(wantsFile(filter, "srv/uploads/a/b")).isTrue();
    assertThat(wantsDirectory(filter, "srv/other")).isFalse();
    assertThat(wantsFile(filter, "srv/file")).isFalse();
    assertThat(wantsFile(filter, "etc/a.conf")).isTrue();
    assertThat(wantsFile(filter, "etc/a.txt")).isFalse();
    assertThat(wantsDirectory(filter, "home")).isFalse();
    assertThat(wantsDirectory(including("*.txt"), "any/where")).isTrue();
    assertThat(filter.wants(BytePath.EMPTY, true)).isTrue();
  }

  @Test
  void exclusionWinsOverInclusion() {
    TreeFilter filter = TreeFilter.of(paths("/data"), paths("*.tmp"));
    assertThat(wantsFile(filter, "data/a")).isTrue();
    assertThat(wantsFile(filter, "data/a.tmp")).isFalse();
  }

  @Test
  void malformedPatternsAreNamed() {
    for (String bad : List.of("", "/", "!", "a[b", "x\\", "a/[")) {
      assertThatThrownBy(() -> excluding(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the pattern '");
    }
  }

  @Provide
  Arbitrary<String> globs() {
    return Arbitraries.of("a", "b", "*", "?", "[ab]", "[!a]", "aa*", "-")
        .list()
        .ofMaxSize(7)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("abc-").ofMaxLength(9);
  }

  @Property
  void namesMatchAsTheSameRegularExpression(
      @ForAll("globs") String glob, @ForAll("names") String name) {
    String regex = glob.replace("[!a]", "[^a]").replace("?", ".").replace("*", ".*");
    assertThat(
            NamePattern.compile(glob.getBytes(StandardCharsets.US_ASCII))
                .matches(name.getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(Pattern.matches(regex, name));
  }

  @Provide
  Arbitrary<List<String>> pathParts() {
    return Arbitraries.of("a", "b", "ab").list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<String>> patternParts() {
    return Arbitraries.of("a", "b", "*", "**", "a*").list().ofMinSize(1).ofMaxSize(5);
  }

  @Property(tries = 3000)
  void pathsMatchAsDefinedStepByStep(
      @ForAll("patternParts") List<String> pattern, @ForAll("pathParts") List<String> path) {
    TreeFilter filter = excluding("/" + String.join("/", pattern));
    assertThat(wantsFile(filter, String.join("/", path))).isEqualTo(!matches(pattern, path));
    // What could match below a directory includes everything that does match below it.
    if (path.size() > 1 && matches(pattern, path)) {
      TreeFilter including = including("/" + String.join("/", pattern));
      for (int i = 1; i < path.size(); i++) {
        assertThat(wantsDirectory(including, String.join("/", path.subList(0, i)))).isTrue();
      }
    }
  }

  private static boolean matches(List<String> pattern, List<String> path) {
    if (pattern.isEmpty()) {
      return path.isEmpty();
    }
    if (pattern.getFirst().equals("**")) {
      int least = pattern.size() == 1 ? 1 : 0;
      for (int skip = least; skip <= path.size(); skip++) {
        if (matches(pattern.subList(1, pattern.size()), path.subList(skip, path.size()))) {
          return true;
        }
      }
      return false;
    }
    return !path.isEmpty()
        && Pattern.matches(pattern.getFirst().replace("*", ".*"), path.getFirst())
        && matches(pattern.subList(1, pattern.size()), path.subList(1, path.size()));
  }
}
