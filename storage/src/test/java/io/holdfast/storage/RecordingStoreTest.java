package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class RecordingStoreTest {
  private static final ObjectName A = ObjectName.of("a");
  private static final ObjectName B = ObjectName.of("b");

  @Test
  void everyPrefixOfTheChangesCanBeLookedAt() {
    RecordingStore store = new RecordingStore(new MemoryStore());
    store.put(A, ByteBuffer.wrap(new byte[] {1}));
    store.put(A, ByteBuffer.wrap(new byte[] {9}));
    store.put(B, ByteBuffer.wrap(new byte[] {2}));
    store.delete(A);
    assertThat(store.changes()).hasSize(3);
    assertThat(store.after(0).stat(A)).isEmpty();
    assertThat(store.after(1).get(A)).containsExactly(1);
    assertThat(store.after(2).get(B)).containsExactly(2);
    assertThat(store.after(3).stat(A)).isEmpty();
    assertThat(store.apply(store.changes().reversed()).get(A)).containsExactly(1);
  }
}
