package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A tree with every type of entry and every kind of metadata. */
final class SampleTree {
  /** More than 1024 extents need a tree of content nodes. */
  private static final int FRAGMENTS = 1100;

  private static final int FRAGMENT = 60;
  private static final int HOLE = 5000;

  private final Random random;
  private final Map<BytePath, byte[]> files = new TreeMap<>();
  private int round;

  SampleTree(Random random) {
    this.random = random;
    put("empty", new byte[0]);
    put("one", new byte[] {42});
    put("text", SampleSeries.text(random, 5000));
    // More than a chunk can be.
    put("large", SampleSeries.text(random, 4_300_000));
    byte[] noise = new byte[40_000];
    random.nextBytes(noise);
    put("noise", noise);
    put("dir/nested/deeper/file", SampleSeries.text(random, 20_000));
    put("dir.a", SampleSeries.text(random, 10));
    put("dir-a", SampleSeries.text(random, 11));
    put("quote \" \\ and\nnewline", SampleSeries.text(random, 12));
    put("\u00fc\u4e16\ud83d\ude00", SampleSeries.text(random, 13));
    files.put(bytes("not utf-8 ", 0xFF, 0xC3, 0x28, 0x80), SampleSeries.text(random, 14));
    put("sparse", sparse(2, 9 << 20, 100_000));
    put("fragments", sparse(FRAGMENTS, HOLE, FRAGMENT));
  }

  private void put(String path, byte[] bytes) {
    files.put(BytePath.of(path), bytes);
  }

  private static BytePath bytes(String start, int... more) {
    byte[] head = start.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[head.length + i] = (byte) more[i];
    }
    return BytePath.of(all);
  }

  /** A hole, data, a hole, data, ..., and a hole at the end. */
  private byte[] sparse(int pieces, int hole, int data) {
    byte[] bytes = new byte[pieces * (hole + data) + hole];
    for (int piece = 0; piece < pieces; piece++) {
      byte[] text = SampleSeries.text(random, data);
      text[0] = 1;
      System.arraycopy(text, 0, bytes, piece * (hole + data) + hole, data);
    }
    return bytes;
  }

  void change() {
    round++;
    put("text", SampleSeries.text(random, 5000 + round));
    put("new " + round, SampleSeries.text(random, 40_000));
    byte[] large = java.util.Objects.requireNonNull(files.get(BytePath.of("large")));
    large[4_250_000 + round] ^= 1;
    files.remove(BytePath.of("new " + (round - 1)));
  }

  List<SampleSeries.Item> write(BackupSession session) throws IOException {
    List<SampleSeries.Item> items = new ArrayList<>();
    for (Map.Entry<BytePath, byte[]> file : files.entrySet()) {
      String name = file.getKey().toString();
      Content content =
          switch (name) {
            case "sparse" -> sparse(session, file.getValue(), 9 << 20, 100_000);
            case "fragments" -> sparse(session, file.getValue(), HOLE, FRAGMENT);
            default -> session.write(new ByteArrayInputStream(file.getValue())::read);
          };
      Entry.Builder entry = described(Entry.builder(file.getKey(), NodeType.FILE), 0640);
      if (name.equals("text")) {
        entry.flags(new Entry.Flags(true, false)).mode(06755);
      } else if (name.equals("one")) {
        entry.flags(new Entry.Flags(false, false, true));
      }
      items.add(SampleSeries.file(entry, content, file.getValue()));
    }
    byte[] linked = SampleSeries.text(new Random(7), 3000);
    for (String name : List.of("dir/link 1", "link 2", "zz link 3")) {
      Content content = session.write(new ByteArrayInputStream(linked)::read);
      Entry.Builder entry =
          described(SampleSeries.entry(name, NodeType.FILE), 0600)
              .times(time(4711), time(4712))
              .identity(4711, 66, 3);
      items.add(SampleSeries.file(entry, content, linked));
    }
    for (Entry entry : specials()) {
      items.add(new SampleSeries.Item(entry, null));
    }
    return items;
  }

  private static Content sparse(BackupSession session, byte[] bytes, int hole, int data)
      throws IOException {
    try (ContentBuilder content = session.content()) {
      for (int at = 0; at + hole < bytes.length; at += hole + data) {
        content.hole(hole);
        content.data(new ByteArrayInputStream(bytes, at + hole, data)::read, Long.MAX_VALUE);
      }
      content.hole(hole);
      return content.finish();
    }
  }

  private List<Entry> specials() {
    return List.of(
        described(SampleSeries.entry("", NodeType.DIRECTORY), 0755).build(),
        described(SampleSeries.entry("dir", NodeType.DIRECTORY), 0750).build(),
        // No entry for dir/nested: a reader makes it.
        described(SampleSeries.entry("dir/nested/deeper", NodeType.DIRECTORY), 01777).build(),
        described(SampleSeries.entry("dir/void", NodeType.DIRECTORY), 0700).build(),
        link("absolute", BytePath.of("/etc/passwd")),
        link("dangling", bytes("../nowhere/", 0xFE, 0xFF)),
        described(SampleSeries.entry("fifo", NodeType.FIFO), 0622).build(),
        described(SampleSeries.entry("socket", NodeType.SOCKET), 0777).build(),
        described(SampleSeries.entry("null", NodeType.CHAR_DEVICE), 0666)
            .deviceNumber(new Entry.DeviceNumber(1, 3))
            .build(),
        described(SampleSeries.entry("disk", NodeType.BLOCK_DEVICE), 0660)
            .deviceNumber(new Entry.DeviceNumber(259, 70_000))
            .build());
  }

  private Entry link(String path, BytePath target) {
    return described(SampleSeries.entry(path, NodeType.SYMLINK), 0777)
        .linkTarget(target)
        .attributes(List.of())
        .build();
  }

  private Entry.Builder described(Entry.Builder entry, int mode) {
    Entry built = entry.build();
    int number = built.path().hashCode() & 0xFFFF;
    boolean attributes = built.type() == NodeType.FILE || built.type() == NodeType.DIRECTORY;
    return entry
        .mode(mode)
        .owner(4_000_000_000L, 12_345)
        .ownerNames(BytePath.of("someone"), bytes("gr", 0xE9))
        .times(new FileTimestamp(-1000L - round, 999_999_999 - number), time(number))
        .identity(1000 + number, 66, 1)
        .attributes(attributes ? attributes() : List.of());
  }

  private static FileTimestamp time(int number) {
    return new FileTimestamp(1_700_000_000L + number, number);
  }

  private static List<Entry.Attribute> attributes() {
    return List.of(
        attribute("user.empty"),
        attribute("user.mime", 't', 'e', 'x', 't'),
        attribute("user.\u00fc", 0, 255, 10));
  }

  private static Entry.Attribute attribute(String name, int... value) {
    byte[] bytes = new byte[value.length];
    for (int i = 0; i < value.length; i++) {
      bytes[i] = (byte) value[i];
    }
    return new Entry.Attribute(BytePath.of(name), bytes);
  }
}
