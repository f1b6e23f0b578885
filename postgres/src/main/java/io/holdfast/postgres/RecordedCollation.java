package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A collation of a database as the record of a backup has it.
 *
 * @param provider of the order: c (libc) or i (ICU)
 * @param locale what the provider calls it
 * @param version the version that indexes were made with
 * @param actualVersion the version that the source's library had
 * @param refresh the statement that tells the server that all was made anew
 */
record RecordedCollation(
    String database,
    String provider,
    String locale,
    Optional<String> version,
    Optional<String> actualVersion,
    String refresh) {
  static final String LIBC = "c";
  static final String ICU = "i";

  /** Those whose order comes from a library that differs between machines. */
  static List<RecordedCollation> of(RecordedDetails cluster) {
    List<RecordedCollation> all = new ArrayList<>();
    for (RecordedDetails database : cluster.objects("databases")) {
      String name = database.text("name").orElse("");
      all.add(
          new RecordedCollation(
              name,
              database.text("provider").orElse(""),
              database.text("locale").or(() -> database.text("collate")).orElse(""),
              database.text("collationVersion"),
              database.text("actualCollationVersion"),
              "ALTER DATABASE " + Identifier.quoted(name) + " REFRESH COLLATION VERSION"));
    }
    for (RecordedDetails collation : cluster.objects("usedCollations")) {
      all.add(
          new RecordedCollation(
              collation.text("database").orElse(""),
              collation.text("provider").orElse(""),
              collation.text("locale").orElse(""),
              collation.text("version"),
              collation.text("actualVersion"),
              "ALTER COLLATION "
                  + Identifier.quoted(collation.text("schema").orElse(""))
                  + "."
                  + Identifier.quoted(collation.text("name").orElse(""))
                  + " REFRESH VERSION"));
    }
    return all.stream().filter(RecordedCollation::isFromLibrary).toList();
  }

  private boolean isFromLibrary() {
    return provider.equals(ICU) || (provider.equals(LIBC) && !isOfBytes());
  }

  /** As PostgreSQL decides which locales of libc have no version: they order by bytes. */
  private boolean isOfBytes() {
    String name = locale.toUpperCase(Locale.ROOT);
    boolean bytes = name.equals("C") || name.startsWith("C.") || name.equals("POSIX");
    return bytes && version.isEmpty();
  }

  /** The version that indexes were made with, as far as it is known. */
  Optional<String> madeWith() {
    return version.or(() -> actualVersion);
  }

  /** How the provider is called in messages. */
  String providerName() {
    return provider.equals(ICU) ? "ICU" : "glibc";
  }
}
