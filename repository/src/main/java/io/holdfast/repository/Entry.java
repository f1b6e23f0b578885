package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One file, directory or other thing of a backup: path, metadata, content;
 * docs/repository-format.md section 11.
 *
 * @param path relative to the root of its source, which is the empty path
 * @param mode permission, set-id and sticky bits, without those of the type
 * @param user name of the owner at the source, null when it has none; likewise the group
 * @param changed ctime at the source, for telling changes
 * @param links number of hard links at the source
 * @param deviceNumber of a character or block device, else null
 * @param linkTarget of a symbolic link, else null
 * @param attributes extended attributes, ACLs among them, in order of their names
 * @param content of a file that could be read, else null
 * @param flags what a reader should know
 */
public record Entry(
    BytePath path,
    NodeType type,
    int mode,
    long uid,
    long gid,
    @Nullable BytePath user,
    @Nullable BytePath group,
    FileTimestamp modified,
    FileTimestamp changed,
    long inode,
    long device,
    long links,
    @Nullable DeviceNumber deviceNumber,
    @Nullable BytePath linkTarget,
    List<Attribute> attributes,
    @Nullable Content content,
    Flags flags) {

  public Entry {
    attributes = List.copyOf(attributes);
  }

  /** Number of a device. */
  public record DeviceNumber(long major, long minor) {}

  /**
   * What happened to it while it was backed up.
   *
   * @param attributesIncomplete some of its extended attributes could not be read and are missing
   */
  public record Flags(
      boolean changedWhileRead, boolean damagedPages, boolean attributesIncomplete) {
    /** Nothing. */
    public static final Flags NONE = new Flags(false, false, false);

    /** With all attributes. */
    public Flags(boolean changedWhileRead, boolean damagedPages) {
      this(changedWhileRead, damagedPages, false);
    }
  }

  /** An extended attribute. */
  @SuppressWarnings("ArrayRecordComponent") // copied in and out
  public record Attribute(BytePath name, byte[] value) {
    public Attribute {
      value = value.clone();
    }

    @Override
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Attribute attribute
          && name.equals(attribute.name)
          && java.util.Arrays.equals(value, attribute.value);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, java.util.Arrays.hashCode(value));
    }
  }

  /** Bytes of the content; 0 without one. */
  public long size() {
    return content == null ? 0 : content.length();
  }

  /** Starts an entry with another path and all else as in this one. */
  public Builder copyAs(BytePath other) {
    return new Builder(other, type)
        .mode(mode)
        .owner(uid, gid)
        .ownerNames(user, group)
        .times(modified, changed)
        .identity(inode, device, links)
        .deviceNumber(deviceNumber)
        .linkTarget(linkTarget)
        .attributes(attributes)
        .content(content)
        .flags(flags);
  }

  /** Starts an entry with this path and type, mode 0, owner 0 and no times. */
  public static Builder builder(BytePath path, NodeType type) {
    return new Builder(path, type);
  }

  /** Collects what an entry is made of. */
  public static final class Builder {
    private static final FileTimestamp EPOCH = new FileTimestamp(0, 0);

    private final BytePath path;
    private final NodeType type;
    private int mode;
    private long uid;
    private long gid;
    private @Nullable BytePath user;
    private @Nullable BytePath group;
    private FileTimestamp modified = EPOCH;
    private FileTimestamp changed = EPOCH;
    private long inode;
    private long device;
    private long links = 1;
    private @Nullable DeviceNumber deviceNumber;
    private @Nullable BytePath linkTarget;
    private List<Attribute> attributes = List.of();
    private @Nullable Content content;
    private Flags flags = Flags.NONE;

    private Builder(BytePath path, NodeType type) {
      this.path = path;
      this.type = type;
    }

    public Builder mode(int bits) {
      mode = bits & 07777;
      return this;
    }

    public Builder owner(long ownerUid, long ownerGid) {
      uid = ownerUid;
      gid = ownerGid;
      return this;
    }

    public Builder ownerNames(@Nullable BytePath userName, @Nullable BytePath groupName) {
      user = userName;
      group = groupName;
      return this;
    }

    public Builder times(FileTimestamp modifiedAt, FileTimestamp changedAt) {
      modified = modifiedAt;
      changed = changedAt;
      return this;
    }

    public Builder identity(long inodeNumber, long deviceId, long linkCount) {
      inode = inodeNumber & Long.MAX_VALUE;
      device = deviceId & Long.MAX_VALUE;
      links = linkCount;
      return this;
    }

    public Builder deviceNumber(@Nullable DeviceNumber number) {
      deviceNumber = number;
      return this;
    }

    public Builder linkTarget(@Nullable BytePath target) {
      linkTarget = target;
      return this;
    }

    /**
     * @param sorted in order of their names
     */
    public Builder attributes(List<Attribute> sorted) {
      attributes = sorted;
      return this;
    }

    public Builder content(@Nullable Content bytes) {
      content = bytes;
      return this;
    }

    public Builder flags(Flags what) {
      flags = what;
      return this;
    }

    public Entry build() {
      return new Entry(
          path,
          type,
          mode,
          uid,
          gid,
          user,
          group,
          modified,
          changed,
          inode,
          device,
          links,
          deviceNumber,
          linkTarget,
          attributes,
          content,
          flags);
    }
  }
}
