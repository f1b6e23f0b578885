package io.holdfast.postgres;

import io.holdfast.posix.GnuLibc;
import java.util.Optional;

/** The libraries that a server uses when it runs on this machine. */
final class ServerLibraries implements CollationLibraries {
  private final Optional<IcuLibrary> icu;

  /**
   * @param server whose ICU it is; nothing is known of ICU without
   */
  ServerLibraries(Optional<ServerBinaries> server) {
    icu = server.flatMap(IcuLibrary::of);
  }

  @Override
  public Optional<String> libc() {
    return GnuLibc.version();
  }

  @Override
  public Optional<String> icu(String locale) {
    return icu.flatMap(library -> library.collationVersion(locale));
  }
}
