package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * The id of a backup and the last component of its object's name: {@code
 * <yyyymmdd>T<hhmmss>Z-<type>-<16 digits>}. The time in it is for people; order comes from the
 * record.
 */
public record BackupName(String value) {
  static final String PREFIX = "backups/";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * @throws IllegalArgumentException when the value is not a backup's name
   */
  public BackupName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not the name of a backup: " + value);
    }
  }

  /** Whether the value can be a backup's name. */
  public static boolean isValid(String value) {
    return ObjectName.isValid(PREFIX + value)
        && NameForm.BACKUP.fits(ObjectName.of(PREFIX + value));
  }

  static BackupName next(Instant time, BackupType type, RandomGenerator random) {
    byte[] id = new byte[8];
    random.nextBytes(id);
    return new BackupName(
        TIME.format(time) + "-" + type.label() + "-" + HexFormat.of().formatHex(id));
  }

  /** The name that a time and a number make. */
  static BackupName of(Instant time, BackupType type, long number) {
    return new BackupName(
        TIME.format(time) + "-" + type.label() + "-" + HexFormat.of().toHexDigits(number));
  }

  /**
   * The time in it, to the second.
   *
   * @throws DateTimeException when the digits are none
   */
  Instant time() {
    return TIME.parse(value.substring(0, value.indexOf('-')), Instant::from);
  }

  ObjectName object() {
    return ObjectName.of(PREFIX + value);
  }

  /** What kind of backup the name says it is. */
  public BackupType type() {
    for (BackupType type : BackupType.values()) {
      if (value.contains("-" + type.label() + "-")) {
        return type;
      }
    }
    throw new IllegalStateException("checked when it was made");
  }

  /** The random part, by which people may call a backup. */
  public String shortId() {
    return value.substring(value.length() - 16);
  }

  @Override
  public String toString() {
    return value;
  }
}
