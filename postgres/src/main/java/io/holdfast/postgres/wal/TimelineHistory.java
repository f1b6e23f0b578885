package io.holdfast.postgres.wal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The way of a log to a timeline: which timelines it goes over, and where it leaves each.
 *
 * @param timeline where it ends
 * @param before the timelines that it leaves, in order. A position may be lower than the one before
 *     it: a recovery to a point before the beginning of its own timeline writes that (xlog.c,
 *     StartupXLOG), and then nothing of that timeline belongs to the way
 */
public record TimelineHistory(Timeline timeline, List<Switch> before) {
  private static final Pattern LINE =
      Pattern.compile("\\s*(\\d{1,10})\\s+([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})(\\s.*)?");

  /** Where a timeline is left: its WAL up to this position belongs to the way. */
  public record Switch(Timeline from, Lsn at) {}

  public TimelineHistory {
    before = List.copyOf(before);
  }

  /** The way to a timeline that has no history file: it is the first. */
  public static TimelineHistory ofFirst(Timeline timeline) {
    return new TimelineHistory(timeline, List.of());
  }

  /**
   * Reads a history file (timeline.c, readTimeLineHistory): a line for each timeline that is left,
   * with its number, the position and a reason; empty ones and comments count for nothing.
   *
   * @param timeline whose file it is
   * @throws MalformedHistoryException if no server writes such a file
   */
  public static TimelineHistory parse(Timeline timeline, byte[] file)
      throws MalformedHistoryException {
    List<Switch> switches = new ArrayList<>();
    for (String line : new String(file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        Switch next = read(timeline, text);
        if (!switches.isEmpty() && next.from().compareTo(switches.getLast().from()) <= 0) {
          throw new MalformedHistoryException(
              timeline, "timeline " + next.from() + " after timeline " + switches.getLast().from());
        }
        switches.add(next);
      }
    }
    return new TimelineHistory(timeline, switches);
  }

  private static Switch read(Timeline timeline, String line) throws MalformedHistoryException {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new MalformedHistoryException(timeline, "a line that is no switch: " + line);
    }
    long number = Long.parseLong(parts.group(1));
    if (number < 1 || number >= timeline.id()) {
      throw new MalformedHistoryException(timeline, "a switch from timeline " + number);
    }
    return new Switch(new Timeline((int) number), Lsn.parse(parts.group(2)));
  }

  /**
   * Whether WAL that was written on a timeline belongs to the way.
   *
   * @param end position behind its last byte
   */
  public boolean contains(Timeline of, Lsn end) {
    return at(end.plus(-1)).equals(of);
  }

  /** The timeline to which the byte at a position belongs (timeline.c, tliOfPointInHistory). */
  public Timeline at(Lsn position) {
    for (Part part : parts()) {
      if (part.contains(position)) {
        return part.timeline();
      }
    }
    throw new IllegalStateException("no timeline has " + position);
  }

  /**
   * The part of the way that lies on one timeline.
   *
   * @param from the first position
   * @param to behind the last; null where the way goes on
   */
  public record Part(Timeline timeline, Lsn from, @Nullable Lsn to) {
    /** Whether the byte at a position lies on it. */
    public boolean contains(Lsn position) {
      return !position.isBefore(from) && (to == null || position.isBefore(to));
    }
  }

  /** The parts of the way, in order, without gaps. */
  public List<Part> parts() {
    Deque<Part> parts = new ArrayDeque<>();
    Lsn end = null;
    for (int entry = before.size(); entry >= 0; entry--) {
      Lsn begin = entry == 0 ? Lsn.NONE : before.get(entry - 1).at();
      if (end == null || begin.isBefore(end)) {
        Timeline of = entry == before.size() ? timeline : before.get(entry).from();
        parts.addFirst(new Part(of, begin, end));
        end = begin;
      }
    }
    return List.copyOf(parts);
  }
}
