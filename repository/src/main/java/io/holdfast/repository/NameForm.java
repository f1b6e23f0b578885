package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How the objects of each kind are named; docs/repository-format.md section 3. What is named
 * otherwise is not part of the repository: somebody left it there, and nobody here touches it.
 */
enum NameForm {
  FORMAT(FormatObject.PREFIX, "[1-9][0-9]{0,17}"),
  KEY(KeyObject.PREFIX, "[0-9a-f]{32}"),
  EPOCH(EpochObject.PREFIX, "[0-9a-f]{32}"),
  PACK(PackName.PREFIX, "([0-9a-f]{2})/\\1[0-9a-f]{62}"),
  INDEX(IndexObjects.PREFIX, "[0-9a-f]{64}"),
  BACKUP(BackupName.PREFIX, "[0-9]{8}T[0-9]{6}Z-(full|incremental|transaction)-[0-9a-f]{16}"),
  RUN(RunRecord.PREFIX, "[0-9a-f]{32}"),
  SESSION(Lease.PREFIX, "[0-9a-f]{32}/(0|[1-9][0-9]{0,17})"),
  WAL_LOG(WalLog.PREFIX, "[0-9a-f]{32}"),
  WAL_HISTORY("wal/", "[0-9a-f]{32}/history/[0-7][0-9A-F]{7}-[0-9a-f]{32}"),
  WAL_PERIOD("wal/", "[0-9a-f]{32}/periods/[0-7][0-9A-F]{7}-[0-9A-F]{16}-[0-9a-f]{12}"),
  WAL_PIECE(
      "wal/",
      "[0-9a-f]{32}/([0-9A-F]{16})/\\1[0-9A-F]{8}(\\.[0-9a-f]{8}-[0-9a-f]{8})?-[0-9a-f]{32}");

  private static final List<String> RESERVED =
      List.of("wal/", "removals/", "holds/", "erasures/", "audit/");

  private final String prefix;
  private final Pattern form;

  NameForm(String prefix, String rest) {
    this.prefix = prefix;
    this.form = Pattern.compile(prefix + rest);
  }

  boolean fits(ObjectName name) {
    return form.matcher(name.value()).matches();
  }

  /** The objects of this kind, as a store lists them; the caller closes the stream. */
  Stream<ObjectStat> list(ObjectStore store) {
    return store.list(prefix).filter(object -> fits(object.name()));
  }

  /** Whether an object may be part of a repository, now or in later versions. */
  static boolean fitsAny(ObjectName name) {
    return Arrays.stream(values()).anyMatch(form -> form.fits(name))
        || RESERVED.stream().anyMatch(name.value()::startsWith);
  }
}
