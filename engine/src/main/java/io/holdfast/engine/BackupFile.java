package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A file, directory or other thing in a backup.
 *
 * @param path within its source; the root is the empty path
 * @param type of the source it is in
 * @param size of its content in bytes; 0 when it has none
 * @param checksum over its content, keyed; empty when it has none
 * @param compressed whether its bytes, or the first of them, are stored compressed
 * @param encrypted always
 * @param modified empty when the time is beyond what an instant can be
 * @param owner by name where the source knew one, else by number; likewise group
 * @param target of a symbolic link
 * @param attributesIncomplete some extended attributes could not be read and are missing
 */
public record BackupFile(
    String source,
    BytePath path,
    SourceType type,
    long size,
    Optional<String> checksum,
    boolean compressed,
    boolean encrypted,
    NodeType node,
    int mode,
    String owner,
    String group,
    Optional<Instant> modified,
    Optional<BytePath> target,
    boolean changedWhileRead,
    boolean damagedPages,
    boolean attributesIncomplete) {

  static BackupFile of(SourceRecord source, Entry entry, Predicate<Content> compressed) {
    Content content = entry.content();
    return new BackupFile(
        source.name(),
        entry.path(),
        source.type(),
        content == null ? 0 : content.length(),
        Optional.ofNullable(content).map(Content::checksum),
        content != null && compressed.test(content),
        true,
        entry.type(),
        entry.mode(),
        entry.user() == null ? Long.toString(entry.uid()) : entry.user().toString(),
        entry.group() == null ? Long.toString(entry.gid()) : entry.group().toString(),
        modified(entry),
        Optional.ofNullable(entry.linkTarget()),
        entry.flags().changedWhileRead(),
        entry.flags().damagedPages(),
        entry.flags().attributesIncomplete());
  }

  private static Optional<Instant> modified(Entry entry) {
    try {
      return Optional.of(
          Instant.ofEpochSecond(entry.modified().seconds(), entry.modified().nanos()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
