package io.holdfast.repository;

import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Relation files: pages that change, become zero, are added and cut off; with and without tail. */
final class SampleCluster {
  private static final int SMALL_PAGE = 512;
  private static final int PAGE = 8192;

  /** More than 8192 pages need a tree of content nodes. */
  private static final int MANY_PAGES = 8192 + 900;

  private final Random random;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Content> previous = new TreeMap<>();

  SampleCluster(Random random) {
    this.random = random;
    files.put("grows", pages(40 * PAGE));
    files.put("shrinks", pages(60 * PAGE + 100));
    files.put("sparse", zeros(pages(150 * PAGE), 20, 100));
    files.put("zero", new byte[3 * PAGE]);
    files.put("empty", new byte[0]);
    files.put("only tail", pages(777));
    files.put("table", new SamplePages(random, PAGE).table(200));
    files.put("small table", anyPages(9, PAGE));
    files.put("old table", anyPages(70, SMALL_PAGE));
    files.put("many", zeros(pages(MANY_PAGES * SMALL_PAGE), 400, 900));
  }

  private byte[] anyPages(int count, int page) {
    SamplePages samples = new SamplePages(random, page);
    byte[] bytes = new byte[count * page];
    for (int at = 0; at < bytes.length; at += page) {
      System.arraycopy(samples.any(), 0, bytes, at, page);
    }
    return bytes;
  }

  /** Each page has a number of its own. */
  private byte[] pages(int size) {
    byte[] bytes = SampleSeries.text(random, size);
    for (int at = 0; at + 4 <= size; at += SMALL_PAGE) {
      bytes[at] = 1;
      bytes[at + 1] = (byte) (at >> 24);
      bytes[at + 2] = (byte) (at >> 16);
      bytes[at + 3] = (byte) (at >> 8);
    }
    return bytes;
  }

  private static byte[] zeros(byte[] bytes, int fromPage, int toPage) {
    int page = pageSize(bytes.length == MANY_PAGES * SMALL_PAGE ? "many" : "");
    Arrays.fill(bytes, fromPage * page, toPage * page, (byte) 0);
    return bytes;
  }

  private static int pageSize(String name) {
    return name.equals("many") || name.equals("old table") ? SMALL_PAGE : PAGE;
  }

  void change() {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] bytes = file.getValue();
      int page = pageSize(file.getKey());
      for (int change = 0; change < 7 && bytes.length >= page; change++) {
        int at = random.nextInt(bytes.length / page) * page;
        if (change == 0) {
          Arrays.fill(bytes, at, at + page, (byte) 0);
        } else if (!file.getKey().equals("zero")) {
          bytes[at + random.nextInt(page)] ^= 0x55;
        }
      }
    }
    files.compute("grows", (name, bytes) -> grown(bytes));
    files.computeIfPresent("shrinks", (name, b) -> Arrays.copyOf(b, b.length - 15 * PAGE - 10));
    files.computeIfPresent("only tail", (name, bytes) -> Arrays.copyOf(bytes, bytes.length + 50));
  }

  private byte[] grown(byte[] bytes) {
    byte[] more = pages(13 * PAGE + 321);
    byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(more, 0, all, bytes.length, more.length);
    return all;
  }

  List<SampleSeries.Item> write(BackupSession session) {
    List<SampleSeries.Item> items = new ArrayList<>();
    items.add(new SampleSeries.Item(directory(""), null));
    items.add(new SampleSeries.Item(directory("base"), null));
    files.forEach(
        (name, bytes) -> {
          int page = pageSize(name);
          try (PageWriter pages = session.pages(page, previous.get(name))) {
            int step = 300 * page;
            for (int at = 0; at < bytes.length; at += step) {
              TestRepository.append(pages, bytes, at, Math.min(step, bytes.length - at));
            }
            Content content = pages.finish();
            previous.put(name, content);
            items.add(
                SampleSeries.file(
                    SampleSeries.entry("base/" + name, NodeType.FILE).mode(0600), content, bytes));
          }
        });
    return items;
  }

  private static Entry directory(String path) {
    return SampleSeries.entry(path, NodeType.DIRECTORY)
        .mode(0700)
        .times(new FileTimestamp(1_700_000_000, 1), new FileTimestamp(1_700_000_001, 2))
        .build();
  }
}
