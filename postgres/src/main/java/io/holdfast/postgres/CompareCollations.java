package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the databases whose indexes are in an order that this machine's libraries may not share.
 * Where it is not known what an index depends on, it counts as depending on everything.
 */
final class CompareCollations {
  private static final int NAMES_SHOWN = 5;

  /** Accepts no sessions, and holds nothing of anybody's. */
  private static final String PRISTINE = "template0";

  /** Where the statement for that one is run instead. */
  private static final String TEMPLATE = "template1";

  private final RecordedDetails cluster;
  private final CollationLibraries here;
  private final Map<String, Set<String>> statements = new LinkedHashMap<>();
  private final Map<String, Set<String>> reasons = new LinkedHashMap<>();
  private final Map<String, Set<String>> doubts = new LinkedHashMap<>();

  CompareCollations(RecordedDetails cluster, CollationLibraries here) {
    this.cluster = cluster;
    this.here = here;
  }

  MachineComparison run() {
    for (RecordedCollation collation : RecordedCollation.of(cluster)) {
      compare(collation);
    }
    compareUnknown(here.libc(), "libc", "glibc");
    compareUnknown(here.icu("und"), "icu", "ICU");
    List<String> warnings = new ArrayList<>();
    reasons.forEach(
        (reason, databases) ->
            warnings.add(
                reason
                    + ": until the indexes of "
                    + names(databases)
                    + " are made anew, queries may miss rows and unique values may be taken twice"));
    doubts.forEach(
        (doubt, databases) ->
            warnings.add(
                doubt
                    + ": should the server warn of a collation version mismatch, run REINDEX"
                    + " DATABASE in "
                    + names(databases)));
    List<DatabaseReindex> reindex = new ArrayList<>();
    statements.forEach((name, all) -> reindex.add(new DatabaseReindex(name, List.copyOf(all))));
    return new MachineComparison(warnings, reindex);
  }

  private void compare(RecordedCollation collation) {
    String provider = collation.providerName();
    Optional<String> made = collation.madeWith();
    if (made.isEmpty()) {
      doubt(collation, "the backup does not say what version of " + provider + " sorted its text");
      return;
    }
    if (collation.actualVersion().filter(actual -> !actual.equals(made.get())).isPresent()) {
      differs(
          collation,
          "where it was backed up, text that "
              + provider
              + " "
              + made.get()
              + " had sorted was already read with "
              + collation.actualVersion().get());
    }
    Optional<String> version =
        collation.provider().equals(RecordedCollation.ICU)
            ? here.icu(collation.locale())
            : here.libc();
    if (version.isEmpty()) {
      doubt(
          collation,
          "text was sorted by "
              + provider
              + " "
              + made.get()
              + ", and which version the server will have cannot be told on this machine");
    } else if (!version.equals(made)) {
      differs(collation, sortedBy(provider, made.get(), version.get()));
    }
  }

  private static String sortedBy(String provider, String made, String here) {
    return "text was sorted by " + provider + " " + made + ", and this machine has " + here;
  }

  private void differs(RecordedCollation collation, String reason) {
    String database = collation.database();
    reindex(database.equals(PRISTINE) ? TEMPLATE : database, reason).add(collation.refresh());
  }

  private Set<String> reindex(String database, String reason) {
    reasons.computeIfAbsent(reason, _ -> new TreeSet<>()).add(database);
    return statements.computeIfAbsent(
        database,
        name -> new LinkedHashSet<>(Set.of("REINDEX DATABASE " + Identifier.quoted(name))));
  }

  private void doubt(RecordedCollation collation, String doubt) {
    if (!collation.database().equals(PRISTINE)) {
      doubts.computeIfAbsent(doubt, _ -> new TreeSet<>()).add(collation.database());
    }
  }

  /** Databases that were not looked into may have columns of any collation. */
  private void compareUnknown(Optional<String> version, String member, String provider) {
    Optional<String> made = cluster.object("collations").text(member);
    if (version.isEmpty() || made.isEmpty() || version.equals(made)) {
      return;
    }
    for (RecordedDetails database : cluster.objects("databases")) {
      String name = database.text("name").orElse("");
      if (!database.isTrue("lookedInto") && !name.equals(PRISTINE)) {
        reindex(name, sortedBy(provider, made.get(), version.get()));
      }
    }
  }

  /** The first of them, for a message. */
  static String names(Set<String> databases) {
    String shown = String.join(", ", databases.stream().limit(NAMES_SHOWN).toList());
    int more = databases.size() - NAMES_SHOWN;
    return (databases.size() == 1 ? "database " : "databases ")
        + shown
        + (more > 0 ? " and " + more + " more" : "");
  }
}
