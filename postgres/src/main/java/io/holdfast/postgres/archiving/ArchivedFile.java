package io.holdfast.postgres.archiving;

import io.holdfast.postgres.wal.Timeline;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server means by the name of a file that it has archived or asks for (xlog_internal.h). */
sealed interface ArchivedFile {
  /** A segment of the log: 24 digits. */
  record Segment(String name) implements ArchivedFile {}

  /** What an old primary had of the segment in which it was left. */
  record Partial(String segment) implements ArchivedFile {}

  /** Where a timeline comes from. */
  record History(Timeline timeline) implements ArchivedFile {}

  /** Where a base backup began and ended; nobody needs it to recover one of Holdfast. */
  record BackupLabel() implements ArchivedFile {}

  /** None of these. */
  record Unknown() implements ArchivedFile {}

  /** Reads a name. */
  static ArchivedFile of(String name) {
    return Names.read(name);
  }

  /** The forms of names. */
  final class Names {
    private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");
    private static final Pattern PARTIAL = Pattern.compile("([0-9A-F]{24})\\.partial");
    private static final Pattern HISTORY = Pattern.compile("([0-7][0-9A-F]{7})\\.history");
    private static final Pattern LABEL = Pattern.compile("[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup");

    private Names() {}

    private static ArchivedFile read(String name) {
      if (SEGMENT.matcher(name).matches()) {
        return new Segment(name);
      }
      Matcher partial = PARTIAL.matcher(name);
      if (partial.matches()) {
        return new Partial(partial.group(1));
      }
      Matcher history = HISTORY.matcher(name);
      if (history.matches()) {
        int id = Integer.parseInt(history.group(1), 16);
        return id == 0 ? new Unknown() : new History(new Timeline(id));
      }
      return LABEL.matcher(name).matches() ? new BackupLabel() : new Unknown();
    }
  }
}
