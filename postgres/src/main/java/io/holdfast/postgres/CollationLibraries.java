package io.holdfast.postgres;

import java.util.Optional;

/** The libraries of a machine that a PostgreSQL server sorts text with. */
interface CollationLibraries {
  /** The version of the C library, as PostgreSQL records it; empty if it has none. */
  Optional<String> libc();

  /** The version of ICU's order for a locale, as PostgreSQL records it; empty if not known. */
  Optional<String> icu(String locale);
}
