package io.holdfast.postgres.recovery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.storage.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Every position of small logs is asked for, on the way to every timeline, and what is planned is
 * compared with what a model knows. The logs lie around a border of segments.
 */
class PlanRecoveryTest {
  private static final int SEGMENT = 1 << 20;
  private static final int UNIT = 64;
  private static final int UNITS = 40;
  private static final int BORDER = 20;
  private static final Instant TIME = Instant.parse("2026-11-26T00:00:00Z");

  /** Where a timeline comes from; of the first nothing. */
  private record Origin(int parent, int at) {}

  private final Map<Integer, Origin> origins = new TreeMap<>();
  private final Map<Integer, BitSet> stored = new TreeMap<>();
  private final List<BasePoint> bases = new ArrayList<>();

  private static Lsn at(int unit) {
    return new Lsn(5L * SEGMENT + (unit - BORDER) * (long) UNIT);
  }

  /** The bytes of a unit as a timeline has them: what a new timeline copied is the same. */
  private byte writer(int timeline, int unit) {
    Origin origin = origins.get(timeline);
    return origin != null && unit < origin.at ? writer(origin.parent, unit) : (byte) timeline;
  }

  @Property(tries = 60)
  void whatCanBeReachedIsPlannedAndItsBytesAreThoseOfTheWay(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Path cache = Files.createTempDirectory("plan");
    try (Repository repository = TestRepository.open(new MemoryStore(), cache)) {
      WalArchive archive = repository.logs().create(new WalLog("main", 1, 18, SEGMENT, 8192));
      PlanRecoveryTest model = new PlanRecoveryTest();
      model.make(archive, random);
      PlanRecovery planner = new PlanRecovery(archive, model.bases);
      for (int timeline : model.stored.keySet()) {
        for (int unit = 1; unit < UNITS + 5; unit++) {
          model.require(planner, timeline, unit);
        }
      }
    } finally {
      RemoveTree.at(BytePath.of(cache.toString()));
    }
  }

  private void make(WalArchive archive, Random random) {
    int timelines = 1 + random.nextInt(4);
    for (int id = 1; id <= timelines; id++) {
      if (id > 1) {
        origins.put(id, new Origin(1 + random.nextInt(id - 1), 1 + random.nextInt(UNITS)));
        archive.putHistory(id, history(id).getBytes(US_ASCII));
      }
      stored.put(id, new BitSet());
      for (int from = random.nextInt(10); from < UNITS; from += random.nextInt(12)) {
        int to = Math.min(UNITS, from + 1 + random.nextInt(15));
        store(archive, id, from, to);
        from = to;
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        int stop = 1 + random.nextInt(UNITS);
        bases.add(
            new BasePoint(
                id + "-" + i + "-" + stop, new Timeline(id), at(stop), TIME.plusSeconds(stop)));
      }
    }
  }

  private String history(int id) {
    Origin origin = origins.get(id);
    return origin == null
        ? ""
        : history(origin.parent) + origin.parent + "\t" + at(origin.at) + "\tmade\n";
  }

  private void store(WalArchive archive, int timeline, int from, int to) {
    if (from < BORDER && to > BORDER) {
      store(archive, timeline, from, BORDER);
      store(archive, timeline, BORDER, to);
      return;
    }
    byte[] bytes = new byte[(to - from) * UNIT];
    for (int unit = from; unit < to; unit++) {
      Arrays.fill(bytes, (unit - from) * UNIT, (unit - from + 1) * UNIT, writer(timeline, unit));
    }
    WalSegmentName segment = WalSegmentName.containing(new Timeline(timeline), at(from), SEGMENT);
    int position = (int) at(from).minus(segment.start());
    archive.put(
        segment.toString(), position, bytes, 0, bytes.length, new WalNote(TIME, null, null));
    stored(timeline).set(from, to);
  }

  /** The timeline whose bytes the way to a timeline has in a unit. */
  private int onWay(int timeline, int unit) {
    Origin origin = origins.get(timeline);
    return origin != null && unit < origin.at ? onWay(origin.parent, unit) : timeline;
  }

  /**
   * Stored of the timeline that wrote it, or with the segment that a later one of the way copied.
   */
  private boolean isThere(int timeline, int unit) {
    for (int id = timeline; ; ) {
      Origin origin = origins.get(id);
      int left = leftAt(timeline, id);
      boolean part = origin == null || (origin.at < left && segment(origin.at) <= segment(unit));
      if (part && unit < left && stored(id).get(unit)) {
        return true;
      }
      if (origin == null) {
        return false;
      }
      id = origin.parent;
    }
  }

  /** Where the way to a timeline leaves an earlier one of it at last. */
  private int leftAt(int timeline, int earlier) {
    int left = Integer.MAX_VALUE;
    for (int id = timeline; id != earlier; ) {
      Origin origin = Objects.requireNonNull(origins.get(id));
      left = Math.min(left, origin.at);
      id = origin.parent;
    }
    return left;
  }

  private BitSet stored(int timeline) {
    return Objects.requireNonNull(stored.get(timeline));
  }

  private static int segment(int unit) {
    return unit < BORDER ? 0 : 1;
  }

  private Optional<BasePoint> best(int timeline, int unit) {
    return bases.stream()
        .filter(base -> unit(base) <= unit)
        .filter(base -> onWay(timeline, unit(base) - 1) == base.timeline().id())
        .max(Comparator.comparing(BasePoint::stop).thenComparing(BasePoint::id))
        .filter(
            base -> {
              for (int i = unit(base); i < unit; i++) {
                if (!isThere(timeline, i)) {
                  return false;
                }
              }
              return true;
            });
  }

  private static int unit(BasePoint base) {
    return (int) (base.stop().minus(at(0)) / UNIT);
  }

  private void require(PlanRecovery planner, int timeline, int unit) throws IOException {
    RecoveryRequest request =
        new RecoveryRequest(new RecoveryTarget.Position(at(unit)), true, new Timeline(timeline));
    Optional<BasePoint> expected = best(timeline, unit);
    RecoveryPlan plan;
    try {
      plan = planner.plan(request);
    } catch (RecoveryTargetException e) {
      assertThat(expected).as("unit %d to timeline %d: %s", unit, timeline, e).isEmpty();
      return;
    }
    assertThat(Optional.of(plan.base())).as("unit %d to %d", unit, timeline).isEqualTo(expected);
    assertThat(plan.reach()).isGreaterThanOrEqualTo(at(unit));
    for (int i = unit(plan.base()); i < unit; i++) {
      Lsn position = at(i);
      long number = position.value() / SEGMENT;
      int from = (int) (position.value() % SEGMENT);
      try (InputStream bytes = plan.segments(damaged -> {}).open(number, from, from + UNIT)) {
        assertThat(bytes.readAllBytes())
            .as("unit %d of the way to %d", i, timeline)
            .hasSize(UNIT)
            .containsOnly(writer(onWay(timeline, i), i));
      }
    }
  }
}
