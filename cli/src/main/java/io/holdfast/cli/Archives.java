package io.holdfast.cli;

import io.holdfast.engine.ArchiveWal;
import java.util.function.Function;

/** Opens archives of servers' logs. */
interface Archives {
  /** Does something with an archive, which must not be used any more once it is done. */
  <T> T use(ArchivePlace place, Function<ArchiveWal, T> work);

  /** Opened for one command. */
  static Archives ofCommand(Context context) {
    return new Archives() {
      @Override
      public <T> T use(ArchivePlace place, Function<ArchiveWal, T> work) {
        try (ArchiveWal archive =
            ArchiveWal.open(
                context.surroundings(),
                context.configuration(place.configuration()),
                place.source(),
                place.repository())) {
          return work.apply(archive);
        }
      }
    };
  }
}
