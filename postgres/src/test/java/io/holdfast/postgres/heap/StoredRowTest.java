package io.holdfast.postgres.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Bytes that are no row are known as none, whatever they are. */
class StoredRowTest {
  private static final List<ColumnShape> SHAPES =
      List.of(
          new ColumnShape(1, 1),
          new ColumnShape(4, 4),
          new ColumnShape(8, 8),
          new ColumnShape(16, 1),
          new ColumnShape(-1, 4),
          new ColumnShape(-1, 8),
          new ColumnShape(-2, 1));

  @Property(tries = 5000)
  void anyBytesAreLookedAtWithinTheirEnd(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] page = new byte[HeapPage.SIZE];
    random.nextBytes(page);
    page[12] = (byte) 200;
    page[13] = 0;
    RowKey key =
        new RowKey(
            random
                .ints(1 + random.nextInt(8), 0, SHAPES.size())
                .mapToObj(i -> new RowKey.Column(SHAPES.get(i), i == 0 ? new byte[] {1} : null))
                .toList());
    assertThatCode(
            () -> {
              for (int offset = 0; offset < 50; offset++) {
                StoredRow row = HeapPage.row(page, offset);
                if (row != null) {
                  key.isOf(row);
                }
              }
            })
        .doesNotThrowAnyException();
    assertThat(HeapPage.row(page, 0)).isNull();
    assertThat(HeapPage.row(page, 45)).as("behind the last").isNull();
  }
}
