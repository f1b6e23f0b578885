package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An entry as the independent reader shows it. */
final class ShownEntry {
  private ShownEntry() {}

  /** Compares every field. */
  static void requireSame(JsonNode shown, Entry expected) {
    assertThat(entry(shown)).isEqualTo(withoutContent(expected));
    Content content = expected.content();
    JsonNode shownContent = shown.get("content");
    assertThat(shownContent != null).isEqualTo(content != null);
    if (content != null && shownContent != null) {
      assertThat(shownContent.get("kind").asString())
          .isEqualTo(content.isPages() ? "pages" : "bytes");
      assertThat(shownContent.get("length").asLong()).isEqualTo(content.length());
      assertThat(shownContent.get("pageSize").asInt()).isEqualTo(content.pageSize());
      assertThat(shownContent.get("depth").asInt()).isEqualTo(content.extents().depth());
      assertThat("hmac-sha256:" + shownContent.get("checksum").asString())
          .isEqualTo(content.checksum());
    }
  }

  private static Entry withoutContent(Entry entry) {
    return builder(entry.path(), entry.type())
        .mode(entry.mode())
        .owner(entry.uid(), entry.gid())
        .ownerNames(entry.user(), entry.group())
        .times(entry.modified(), entry.changed())
        .identity(entry.inode(), entry.device(), entry.links())
        .deviceNumber(entry.deviceNumber())
        .linkTarget(entry.linkTarget())
        .attributes(entry.attributes())
        .flags(entry.flags())
        .build();
  }

  private static Entry.Builder builder(BytePath path, NodeType type) {
    return Entry.builder(path, type);
  }

  /** The entry without its content. */
  static Entry entry(JsonNode shown) {
    JsonNode device = shown.get("rdev");
    long flags = shown.has("flags") ? shown.get("flags").asLong() : 0;
    return builder(path(shown.get("path")), type(shown.get("type").asString()))
        .mode(shown.get("mode").asInt())
        .owner(shown.get("uid").asLong(), shown.get("gid").asLong())
        .ownerNames(nullablePath(shown.get("user")), nullablePath(shown.get("group")))
        .times(time(shown.get("mtime")), time(shown.get("ctime")))
        .identity(
            shown.get("inode").asLong(), shown.get("device").asLong(), shown.get("links").asLong())
        .deviceNumber(
            device == null
                ? null
                : new Entry.DeviceNumber(device.get(0).asLong(), device.get(1).asLong()))
        .linkTarget(nullablePath(shown.get("target")))
        .attributes(attributes(shown.get("xattrs")))
        .flags(new Entry.Flags((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0))
        .build();
  }

  private static NodeType type(String name) {
    return NodeType.valueOf(
        name.toUpperCase(Locale.ROOT).replace("CHARACTER", "CHAR").replace(' ', '_'));
  }

  private static BytePath path(JsonNode text) {
    return BytePath.fromArgument(text.asString());
  }

  private static @Nullable BytePath nullablePath(@Nullable JsonNode text) {
    return text == null ? null : path(text);
  }

  private static FileTimestamp time(JsonNode pair) {
    return new FileTimestamp(pair.get(0).asLong(), pair.get(1).asInt());
  }

  private static List<Entry.Attribute> attributes(JsonNode byName) {
    return byName.properties().stream()
        .map(ShownEntry::attribute)
        .sorted(Comparator.comparing(Entry.Attribute::name))
        .toList();
  }

  private static Entry.Attribute attribute(Map.Entry<String, JsonNode> attribute) {
    return new Entry.Attribute(
        BytePath.fromArgument(attribute.getKey()),
        HexFormat.of().parseHex(attribute.getValue().asString()));
  }
}
