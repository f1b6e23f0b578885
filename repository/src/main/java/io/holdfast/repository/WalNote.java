package io.holdfast.repository;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What whoever stored a piece of a log knew about it.
 *
 * @param received when it was complete, by the client's clock
 * @param lastCommit by the server's clock, of the last commit that was seen to end in it or before
 *     it; null if none was
 * @param complete a moment of the server's clock of which is known that all that was flushed by
 *     then lies before the end of the piece; null if none is
 */
public record WalNote(Instant received, @Nullable Instant lastCommit, @Nullable Instant complete) {

  static WalNote read(JsonMembers in) throws MalformedJsonException {
    return new WalNote(
        in.instant("received"), optional(in, "lastCommit"), optional(in, "complete"));
  }

  private static @Nullable Instant optional(JsonMembers in, String name)
      throws MalformedJsonException {
    return in.has(name) ? in.instant(name) : null;
  }

  void writeTo(JsonWriter out) {
    out.instant("received", received);
    write(out, "lastCommit", lastCommit);
    write(out, "complete", complete);
  }

  private static void write(JsonWriter out, String name, @Nullable Instant time) {
    if (time != null) {
      out.instant(name, time);
    }
  }
}
