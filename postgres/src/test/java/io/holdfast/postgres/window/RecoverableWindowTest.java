package io.holdfast.postgres.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RecoverableWindowTest {
  private static final int SEGMENT = 1 << 20;
  private static final int UNIT = SEGMENT / 4;
  private static final Timeline ONE = new Timeline(1);
  private static final Timeline TWO = new Timeline(2);

  private final Map<Timeline, List<LsnRange>> wal = new TreeMap<>();
  private final Map<Timeline, TimelineHistory> histories = new TreeMap<>();
  private final List<BasePoint> bases = new ArrayList<>();

  private static Lsn at(long units) {
    return new Lsn(units * UNIT);
  }

  private static LsnRange range(long from, long to) {
    return new LsnRange(at(from), at(to));
  }

  private void base(String id, Timeline timeline, long stop) {
    bases.add(new BasePoint(id, timeline, at(stop), Instant.ofEpochSecond(stop)));
  }

  private void promotion(Timeline to, Timeline from, long at) {
    List<TimelineHistory.Switch> before = new ArrayList<>();
    if (histories.containsKey(from)) {
      before.addAll(histories.get(from).before());
    }
    before.add(new TimelineHistory.Switch(from, at(at)));
    histories.put(to, new TimelineHistory(to, before));
  }

  private RecoverableWindow window() {
    return RecoverableWindow.of(SEGMENT, bases, wal, histories);
  }

  private static Stretch stretch(Timeline timeline, long from, long to, BasePoint... bases) {
    return new Stretch(timeline, at(from), at(to), List.of(bases));
  }

  @Test
  void withoutWalEachBackupIsRecoverableToItsStop() {
    base("a", ONE, 3);
    base("b", ONE, 9);
    assertThat(window().stretches())
        .containsExactly(stretch(ONE, 3, 3, bases.get(0)), stretch(ONE, 9, 9, bases.get(1)));
    assertThat(window().gaps()).isEmpty();
  }

  @Test
  void walFromTheStopOnIsRecoverableUpToItsFirstGap() {
    base("a", ONE, 3);
    base("b", ONE, 5);
    base("c", ONE, 14);
    wal.put(ONE, List.of(range(0, 10), range(12, 20)));
    assertThat(window().stretches())
        .containsExactly(
            stretch(ONE, 3, 10, bases.get(0), bases.get(1)), stretch(ONE, 14, 20, bases.get(2)));
    assertThat(window().gaps()).containsExactly(new Stretch.Gap(ONE, range(10, 12), ONE));
  }

  @Test
  void walThatDoesNotReachBackToABackupIsOfNoUse() {
    base("a", ONE, 3);
    wal.put(ONE, List.of(range(4, 20)));
    assertThat(window().stretches()).containsExactly(stretch(ONE, 3, 3, bases.get(0)));
    assertThat(window().gaps()).containsExactly(new Stretch.Gap(ONE, range(3, 4), ONE));
  }

  @Test
  void walWithoutABackupIsNoWindow() {
    wal.put(ONE, List.of(range(4, 20)));
    assertThat(window()).isEqualTo(new RecoverableWindow(List.of(), List.of()));
  }

  @Test
  void aPromotionIsFollowedAndBothWaysAreTold() {
    base("a", ONE, 3);
    wal.put(ONE, List.of(range(0, 10)));
    promotion(TWO, ONE, 7);
    wal.put(TWO, List.of(range(7, 30)));
    assertThat(window().stretches())
        .containsExactly(stretch(ONE, 3, 10, bases.get(0)), stretch(TWO, 3, 30, bases.get(0)));
    assertThat(window().gaps()).isEmpty();
  }

  /** The new primary has the whole segment, with what was written before it was one. */
  @Test
  void whatTheOldPrimaryDidNotGiveOutComesWithTheFirstSegmentOfTheNewOne() {
    base("a", ONE, 3);
    wal.put(ONE, List.of(range(0, 5)));
    promotion(TWO, ONE, 7);
    wal.put(TWO, List.of(range(4, 30)));
    assertThat(window().stretches())
        .containsExactly(stretch(ONE, 3, 5, bases.get(0)), stretch(TWO, 3, 30, bases.get(0)));
    wal.put(ONE, List.of(range(0, 3)));
    assertThat(window().stretches()).containsExactly(stretch(ONE, 3, 3, bases.get(0)));
    assertThat(window().gaps()).containsExactly(new Stretch.Gap(ONE, range(3, 4), ONE));
  }

  @Test
  void aBackupOfWhatWasWrittenAfterAPromotionElsewhereIsNotUsedForIt() {
    base("a", ONE, 8);
    wal.put(ONE, List.of(range(0, 10)));
    promotion(TWO, ONE, 7);
    wal.put(TWO, List.of(range(4, 30)));
    assertThat(window().stretches()).containsExactly(stretch(ONE, 8, 10, bases.get(0)));
  }

  /** Against every position of small logs, asked one by one. */
  @Property(tries = 500)
  void everyPositionInAStretchAndNoOtherIsReached(@ForAll long seed) {
    Random random = new Random(seed);
    RecoverableWindowTest model = new RecoverableWindowTest();
    int timelines = 1 + random.nextInt(4);
    for (int id = 2; id <= timelines; id++) {
      model.promotion(
          new Timeline(id), new Timeline(1 + random.nextInt(id - 1)), 1 + random.nextInt(40));
    }
    for (int id = 1; id <= timelines; id++) {
      List<LsnRange> ranges = new ArrayList<>();
      for (int from = random.nextInt(10); from < 40; from += 1 + random.nextInt(12)) {
        int to = from + 1 + random.nextInt(15);
        ranges.add(range(from, to));
        from = to;
      }
      model.wal.put(new Timeline(id), ranges);
      for (int i = random.nextInt(3); i > 0; i--) {
        int stop = 1 + random.nextInt(40);
        model.base(id + "-" + i, new Timeline(id), stop);
      }
    }
    model.requireEveryPosition(timelines);
  }

  private void requireEveryPosition(int timelines) {
    RecoverableWindow window = window();
    for (int id = 1; id <= timelines; id++) {
      Timeline timeline = new Timeline(id);
      TimelineHistory history = histories.getOrDefault(timeline, TimelineHistory.ofFirst(timeline));
      for (int position = 1; position < 70; position++) {
        if (history.contains(timeline, at(position))) {
          Lsn asked = at(position);
          boolean told =
              window.stretches().stream()
                  .anyMatch(is -> is.timeline().equals(timeline) && is.contains(asked));
          assertThat(told)
              .as("timeline %s, position %s of %s", timeline, position, this)
              .isEqualTo(isReached(history, position));
        }
      }
    }
  }

  private boolean isReached(TimelineHistory history, int position) {
    return bases.stream()
        .filter(base -> history.contains(base.timeline(), base.stop()))
        .mapToInt(base -> (int) (base.stop().value() / UNIT))
        .anyMatch(stop -> stop <= position && isThere(history, stop, position));
  }

  private boolean isThere(TimelineHistory history, int from, int to) {
    for (int unit = from; unit < to; unit++) {
      if (!isThere(history, unit)) {
        return false;
      }
    }
    return true;
  }

  /** On its own timeline, or copied into the first segment of one that began later in it. */
  private boolean isThere(TimelineHistory history, int unit) {
    return history.parts().stream()
        .filter(part -> part.from().value() / SEGMENT <= (long) unit * UNIT / SEGMENT)
        .filter(part -> part.to() == null || at(unit).isBefore(part.to()))
        .anyMatch(
            part ->
                wal.getOrDefault(part.timeline(), List.of()).stream()
                    .anyMatch(is -> !at(unit).isBefore(is.from()) && at(unit).isBefore(is.to())));
  }

  @Override
  public String toString() {
    return wal + " " + histories + " " + bases;
  }
}
