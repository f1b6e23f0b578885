package io.holdfast.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@link ObjectStore} promises. Each kind of store runs this suite with a store of its own.
 */
public abstract class ObjectStoreContract {
  private static final ObjectName NAME = ObjectName.of("packs/ab/some-object_1.x");

  /** The store under test, empty at the start of each test, the same object within one. */
  protected abstract ObjectStore store();

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private String text(ObjectName name) {
    return new String(store().get(name), UTF_8);
  }

  private Set<String> names(String prefix) {
    try (Stream<ObjectStat> list = store().list(prefix)) {
      return list.map(o -> o.name().value()).collect(Collectors.toSet());
    }
  }

  @Test
  void whatWasPutIsThere() {
    assertThat(store().put(NAME, bytes("content"))).isEqualTo(PutOutcome.CREATED);
    assertThat(text(NAME)).isEqualTo("content");
    assertThat(store().stat(NAME).orElseThrow().size()).isEqualTo(7);
    assertThat(names("")).containsExactly(NAME.value());
  }

  @Test
  void anEmptyObjectIsAnObject() {
    assertThat(store().put(NAME, bytes(""))).isEqualTo(PutOutcome.CREATED);
    assertThat(store().get(NAME)).isEmpty();
    assertThat(store().get(NAME, 0, 0)).isEmpty();
  }

  @Test
  void onlyTheRemainingBytesOfABufferAreStored() {
    ByteBuffer buffer = bytes("xxcontentyy").position(2).limit(9);
    store().put(NAME, buffer);
    assertThat(text(NAME)).isEqualTo("content");
  }

  @Test
  void aDirectReadOnlyBufferIsStored() {
    ByteBuffer direct = ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip();
    store().put(NAME, direct.asReadOnlyBuffer());
    assertThat(store().get(NAME)).containsExactly(1, 2, 3);
  }

  @Test
  void aLargeObjectComesBackByteByByte() {
    byte[] content = new byte[5_000_011];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + (i >> 8));
    }
    store().put(NAME, ByteBuffer.wrap(content));
    assertThat(store().get(NAME)).isEqualTo(content);
    assertThat(store().get(NAME, 4_999_999, 12))
        .isEqualTo(Arrays.copyOfRange(content, 4_999_999, 5_000_011));
  }

  @Test
  void anObjectThatIsLargerThanItsReaderTakesIsRefused() {
    store().put(NAME, bytes("content"));
    assertThat(store().get(NAME, 7)).hasSize(7);
    assertThatExceptionOfType(ObjectTooLargeException.class)
        .isThrownBy(() -> store().get(NAME, 6))
        .withMessageContaining(NAME.value())
        .withMessageContaining("7 bytes");
    assertThatExceptionOfType(ObjectTooLargeException.class).isThrownBy(() -> store().get(NAME, 0));
    assertThatExceptionOfType(ObjectNotFoundException.class)
        .isThrownBy(() -> store().get(ObjectName.of("nowhere"), 0));
  }

  @Test
  void aSecondPutChangesNothing() {
    store().put(NAME, bytes("first"));
    assertThat(store().put(NAME, bytes("second"))).isEqualTo(PutOutcome.EXISTS);
    assertThat(text(NAME)).isEqualTo("first");
  }

  @Test
  void ofManyPutsAtOnceExactlyOneCreates() throws Exception {
    int rounds = 20;
    int threads = 16;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < rounds; round++) {
        ObjectName name = ObjectName.of("race/" + round + "/object");
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Boolean>> created = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          String content = "content of " + i;
          Callable<Boolean> put =
              () -> {
                start.await();
                boolean mine = store().put(name, bytes(content)) == PutOutcome.CREATED;
                assertThat(mine).isEqualTo(text(name).equals(content));
                return mine;
              };
          created.add(executor.submit(put));
        }
        start.countDown();
        int winners = 0;
        for (Future<Boolean> future : created) {
          winners += future.get() ? 1 : 0;
        }
        assertThat(winners).isEqualTo(1);
      }
    }
    assertThat(names("race/")).hasSize(rounds);
  }

  @Test
  void whatIsAbsentIsNotFound() {
    assertThat(store().stat(NAME)).isEmpty();
    assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> store().get(NAME));
    assertThatExceptionOfType(ObjectNotFoundException.class)
        .isThrownBy(() -> store().get(NAME, 0, 1));
  }

  @Test
  void aNameBelowAnObjectOrAboveOneIsAbsent() {
    store().put(NAME, bytes("content"));
    assertThat(store().stat(ObjectName.of("packs/ab"))).isEmpty();
    assertThat(store().stat(ObjectName.of("packs"))).isEmpty();
  }

  @Test
  void aRangeIsExact() {
    store().put(NAME, bytes("0123456789"));
    assertThat(store().get(NAME, 3, 4)).isEqualTo("3456".getBytes(UTF_8));
    assertThat(store().get(NAME, 0, 10)).isEqualTo("0123456789".getBytes(UTF_8));
    assertThat(store().get(NAME, 10, 0)).isEmpty();
  }

  @Test
  void aRangeThatTheObjectDoesNotHaveIsAShortRead() {
    store().put(NAME, bytes("0123456789"));
    assertThatExceptionOfType(ShortReadException.class).isThrownBy(() -> store().get(NAME, 5, 6));
    assertThatExceptionOfType(ShortReadException.class).isThrownBy(() -> store().get(NAME, 99, 1));
    assertThatExceptionOfType(ShortReadException.class)
        .isThrownBy(() -> store().get(NAME, Long.MAX_VALUE, 1));
  }

  @Test
  void aNegativeRangeIsADefect() {
    store().put(NAME, bytes("0123456789"));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> store().get(NAME, -1, 1));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> store().get(NAME, 0, -1));
  }

  @Test
  void aPrefixSelectsByCharacters() {
    for (String name : List.of("a", "ab/c", "ab/d/e", "abc/f", "b/a")) {
      store().put(ObjectName.of(name), bytes(name));
    }
    assertThat(names("")).containsExactlyInAnyOrder("a", "ab/c", "ab/d/e", "abc/f", "b/a");
    assertThat(names("a")).containsExactlyInAnyOrder("a", "ab/c", "ab/d/e", "abc/f");
    assertThat(names("ab")).containsExactlyInAnyOrder("ab/c", "ab/d/e", "abc/f");
    assertThat(names("ab/")).containsExactlyInAnyOrder("ab/c", "ab/d/e");
    assertThat(names("ab/d")).containsExactly("ab/d/e");
    assertThat(names("ab/d/e")).containsExactly("ab/d/e");
    assertThat(names("ab/d/e/")).isEmpty();
    assertThat(names("nothing/here")).isEmpty();
    assertThat(names("../")).isEmpty();
    assertThat(names("/")).isEmpty();
  }

  @Test
  void aListTellsSizeAndTime() {
    Instant before = store().now();
    store().put(NAME, bytes("content"));
    try (Stream<ObjectStat> list = store().list("packs/")) {
      ObjectStat stat = list.findFirst().orElseThrow();
      assertThat(stat).isEqualTo(store().stat(NAME).orElseThrow());
      assertThat(stat.size()).isEqualTo(7);
      assertThat(stat.time()).isBetween(before, store().now());
    }
  }

  @Test
  void theClockRunsForwardAndIsNotFarOff() {
    Instant first = store().now();
    assertThat(store().now()).isAfterOrEqualTo(first);
    assertThat(first).isCloseTo(Instant.now(), within(1, ChronoUnit.HOURS));
    assertThat(names("")).as("the clock leaves nothing behind").isEmpty();
  }

  @Test
  void aListBesidePutsAndDeletesHasEverythingThatStays() throws Exception {
    for (int i = 0; i < 200; i++) {
      store().put(ObjectName.of("stay/" + i), bytes("x"));
      store().put(ObjectName.of("stay/go" + i), bytes("x"));
    }
    try (Stream<ObjectStat> list = store().list("stay/")) {
      List<String> seen = new ArrayList<>();
      var iterator = list.iterator();
      for (int i = 0; iterator.hasNext(); i++) {
        seen.add(iterator.next().name().value());
        if (i < 200) {
          store().delete(ObjectName.of("stay/go" + i));
          store().put(ObjectName.of("stay/new" + i), bytes("y"));
        }
      }
      assertThat(seen).doesNotHaveDuplicates();
      for (int i = 0; i < 200; i++) {
        assertThat(seen).contains("stay/" + i);
      }
    }
  }

  @Test
  void aDeletedObjectIsGoneAndItsNameIsFree() {
    store().put(NAME, bytes("content"));
    store().delete(NAME);
    assertThat(store().stat(NAME)).isEmpty();
    assertThat(names("")).isEmpty();
    assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> store().get(NAME));
    assertThat(store().put(NAME, bytes("again"))).isEqualTo(PutOutcome.CREATED);
  }

  @Test
  void deletingWhatIsAbsentIsFine() {
    store().delete(NAME);
    store().delete(ObjectName.of("nowhere"));
    assertThat(names("")).isEmpty();
  }

  @Test
  void theLongestNameIsStored() {
    String component = "c".repeat(ObjectName.MAX_COMPONENT_LENGTH);
    String name = component + "/" + component + "/";
    ObjectName longest = ObjectName.of(name + "d".repeat(ObjectName.MAX_LENGTH - name.length()));
    store().put(longest, bytes("content"));
    assertThat(text(longest)).isEqualTo("content");
    assertThat(names(component)).containsExactly(longest.value());
  }

  @Test
  void namesDifferByCase() {
    store().put(ObjectName.of("case/a"), bytes("small"));
    store().put(ObjectName.of("case/A"), bytes("large"));
    assertThat(text(ObjectName.of("case/a"))).isEqualTo("small");
    assertThat(text(ObjectName.of("case/A"))).isEqualTo("large");
  }

  @Test
  void timeOfAnObjectDoesNotMove() {
    store().put(NAME, bytes("content"));
    Instant time = store().stat(NAME).orElseThrow().time();
    store().put(NAME, bytes("content"));
    assertThat(store().stat(NAME).orElseThrow().time()).isEqualTo(time);
    assertThat(Duration.between(time, store().now())).isGreaterThanOrEqualTo(Duration.ZERO);
  }
}
