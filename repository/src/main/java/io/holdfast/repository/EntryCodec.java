package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The bytes of an {@link Entry}: numbered fields; docs/repository-format.md section 11. */
final class EntryCodec {
  private static final int PATH = 1;
  private static final int TYPE = 2;
  private static final int MODE = 3;
  private static final int UID = 4;
  private static final int GID = 5;
  private static final int USER = 6;
  private static final int GROUP = 7;
  private static final int MODIFIED = 8;
  private static final int CHANGED = 9;
  private static final int INODE = 10;
  private static final int DEVICE = 11;
  private static final int LINKS = 12;
  private static final int DEVICE_NUMBER = 13;
  private static final int LINK_TARGET = 14;
  private static final int ATTRIBUTE = 15;
  private static final int CONTENT = 16;
  private static final int FLAGS = 17;

  /** Readers refuse unknown fields below this number and skip the others. */
  private static final int FIRST_OPTIONAL = 64;

  private static final int CHANGED_WHILE_READ = 1;
  private static final int DAMAGED_PAGES = 2;
  private static final int ATTRIBUTES_INCOMPLETE = 4;

  private static final NodeType[] TYPES = {
    NodeType.FILE,
    NodeType.DIRECTORY,
    NodeType.SYMLINK,
    NodeType.FIFO,
    NodeType.SOCKET,
    NodeType.CHAR_DEVICE,
    NodeType.BLOCK_DEVICE
  };

  private EntryCodec() {}

  static byte[] encode(Entry entry) {
    Encoder out = new Encoder();
    Encoder value = new Encoder();
    path(out, PATH, entry.path());
    field(out, value, TYPE, v -> v.u8(typeCode(entry.type())));
    field(out, value, MODE, v -> v.varint(entry.mode()));
    field(out, value, UID, v -> v.varint(entry.uid()));
    field(out, value, GID, v -> v.varint(entry.gid()));
    path(out, USER, entry.user());
    path(out, GROUP, entry.group());
    field(out, value, MODIFIED, v -> time(v, entry.modified()));
    field(out, value, CHANGED, v -> time(v, entry.changed()));
    field(out, value, INODE, v -> v.varint(entry.inode()));
    field(out, value, DEVICE, v -> v.varint(entry.device()));
    field(out, value, LINKS, v -> v.varint(entry.links()));
    Entry.DeviceNumber number = entry.deviceNumber();
    if (number != null) {
      field(out, value, DEVICE_NUMBER, v -> v.varint(number.major()).varint(number.minor()));
    }
    path(out, LINK_TARGET, entry.linkTarget());
    for (Entry.Attribute attribute : entry.attributes()) {
      byte[] name = attribute.name().bytes();
      field(out, value, ATTRIBUTE, v -> v.varint(name.length).bytes(name).bytes(attribute.value()));
    }
    Content content = entry.content();
    if (content != null) {
      field(out, value, CONTENT, content::encode);
    }
    int flags =
        (entry.flags().changedWhileRead() ? CHANGED_WHILE_READ : 0)
            | (entry.flags().damagedPages() ? DAMAGED_PAGES : 0)
            | (entry.flags().attributesIncomplete() ? ATTRIBUTES_INCOMPLETE : 0);
    if (flags != 0) {
      field(out, value, FLAGS, v -> v.varint(flags));
    }
    return out.toBytes();
  }

  private static void path(Encoder out, int number, @Nullable BytePath path) {
    if (path != null) {
      out.varint(number).varint(path.length()).bytes(path.bytes());
    }
  }

  private static void field(Encoder out, Encoder value, int number, Consumer<Encoder> writer) {
    value.reset();
    writer.accept(value);
    byte[] bytes = value.toBytes();
    out.varint(number).varint(bytes.length).bytes(bytes);
  }

  private static void time(Encoder out, FileTimestamp time) {
    out.svarint(time.seconds()).varint(time.nanos());
  }

  private static int typeCode(NodeType type) {
    return switch (type) {
      case FILE -> 1;
      case DIRECTORY -> 2;
      case SYMLINK -> 3;
      case FIFO -> 4;
      case SOCKET -> 5;
      case CHAR_DEVICE -> 6;
      case BLOCK_DEVICE -> 7;
    };
  }

  /** Reads one entry from all that is left of {@code in}. */
  static Entry decode(Decoder in) {
    if (in.varint() != PATH) {
      throw in.damaged("an entry has no path");
    }
    BytePath path = readPath(in.slice(in.size(in.remaining())));
    if (in.varint() != TYPE) {
      throw in.damaged("an entry has no type");
    }
    int typeCode = in.slice(in.size(in.remaining())).u8();
    if (typeCode < 1 || typeCode > TYPES.length) {
      throw in.damaged("there is no entry type " + typeCode);
    }
    Entry.Builder entry = Entry.builder(path, TYPES[typeCode - 1]);
    FieldReader fields = new FieldReader(entry);
    long before = TYPE;
    while (in.hasMore()) {
      long number = in.varint();
      if (number < before || (number == before && !mayRepeat(number))) {
        throw in.damaged("the fields of an entry are not in order");
      }
      before = number;
      fields.read(number, in.slice(in.size(in.remaining())));
    }
    return fields.build();
  }

  private static boolean mayRepeat(long number) {
    return number == ATTRIBUTE || number >= FIRST_OPTIONAL;
  }

  /** All that is left as a path. */
  static BytePath readPath(Decoder value) {
    byte[] bytes = value.bytes(value.remaining());
    for (byte b : bytes) {
      if (b == 0) {
        throw value.damaged("a path holds a NUL byte");
      }
    }
    return BytePath.of(bytes);
  }

  private static FileTimestamp readTime(Decoder value) {
    return new FileTimestamp(value.svarint(), value.size(999_999_999));
  }

  /** Puts fields into an entry; what spans several fields is kept until the end. */
  private static final class FieldReader {
    private final Entry.Builder entry;
    private final List<Entry.Attribute> attributes = new ArrayList<>();
    private long uid;
    private long gid;
    private @Nullable BytePath user;
    private @Nullable BytePath group;
    private FileTimestamp modified = new FileTimestamp(0, 0);
    private FileTimestamp changed = new FileTimestamp(0, 0);
    private long inode;
    private long device;
    private long links = 1;

    FieldReader(Entry.Builder entry) {
      this.entry = entry;
    }

    void read(long number, Decoder value) {
      if (number >= FIRST_OPTIONAL) {
        return;
      }
      switch ((int) number) {
        case MODE -> entry.mode(value.size(07777));
        case UID -> uid = value.varint();
        case GID -> gid = value.varint();
        case USER -> user = readPath(value);
        case GROUP -> group = readPath(value);
        case MODIFIED -> modified = readTime(value);
        case CHANGED -> changed = readTime(value);
        case INODE -> inode = value.varint();
        case DEVICE -> device = value.varint();
        case LINKS -> links = value.varint();
        case DEVICE_NUMBER ->
            entry.deviceNumber(new Entry.DeviceNumber(value.varint(), value.varint()));
        case LINK_TARGET -> entry.linkTarget(readPath(value));
        case ATTRIBUTE -> {
          BytePath name = readPath(value.slice(value.size(value.remaining())));
          if (!attributes.isEmpty()
              && Arrays.compareUnsigned(attributes.getLast().name().bytes(), name.bytes()) >= 0) {
            throw value.damaged("the extended attributes of an entry are not in order");
          }
          attributes.add(new Entry.Attribute(name, value.bytes(value.remaining())));
        }
        case CONTENT -> entry.content(Content.decode(value));
        case FLAGS -> {
          long flags = value.varint();
          entry.flags(
              new Entry.Flags(
                  (flags & CHANGED_WHILE_READ) != 0,
                  (flags & DAMAGED_PAGES) != 0,
                  (flags & ATTRIBUTES_INCOMPLETE) != 0));
        }
        default -> throw value.damaged("an entry has the unknown field " + number);
      }
    }

    Entry build() {
      return entry
          .owner(uid, gid)
          .ownerNames(user, group)
          .times(modified, changed)
          .identity(inode, device, links)
          .attributes(attributes)
          .build();
    }
  }
}
