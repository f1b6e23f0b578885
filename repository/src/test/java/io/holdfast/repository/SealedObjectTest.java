package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.ObjectName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SealedObjectTest {
  private static final ObjectName NAME = ObjectName.of("runs/one");
  private static final int PART_HEADER = 12;

  private final FixedKeys keys = new FixedKeys(1);
  private final Random random = new Random(2);

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] seal(byte[] plain) {
    return SealedObject.seal(keys, ObjectKind.RUN, RandomId.next(random), NAME.value(), plain);
  }

  private byte[] open(byte[] object) {
    return SealedObject.open(keys, ObjectKind.RUN, NAME, object, 8 << 20);
  }

  private void damaged(byte[] object, String as) {
    assertThatExceptionOfType(RepositoryException.class)
        .as(as)
        .isThrownBy(() -> open(object))
        .withMessageContaining(NAME.value());
  }

  @Test
  void everySizeComesBack() {
    for (int length : new int[] {0, 1, 100, 1 << 20, (1 << 20) + 1, 3 << 20}) {
      byte[] plain = noise(length);
      assertThat(open(seal(plain))).isEqualTo(plain);
      assertThat(open(seal(new byte[length]))).isEqualTo(new byte[length]);
    }
  }

  @Test
  void everyFlippedBitIsNoticed() {
    byte[] object = seal(noise(50));
    for (int bit = 0; bit < object.length * 8; bit++) {
      byte[] bad = object.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      damaged(bad, "bit " + bit);
    }
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] object = seal(noise(50));
    for (int length = 0; length < object.length; length++) {
      damaged(Arrays.copyOf(object, length), "length " + length);
    }
    damaged(Arrays.copyOf(object, object.length + 1), "one byte more");
  }

  private static int partLength(byte[] object, int at) {
    return PART_HEADER + ByteBuffer.wrap(object).getInt(at + 8);
  }

  @Test
  void partsThatAreSwappedRepeatedOrMissingAreNoticed() {
    byte[] object = seal(noise(3 << 20));
    int first = ObjectHeader.LENGTH;
    int second = first + partLength(object, first);
    int third = second + partLength(object, second);
    byte[] header = Arrays.copyOf(object, first);
    byte[] a = Arrays.copyOfRange(object, first, second);
    byte[] b = Arrays.copyOfRange(object, second, third);
    byte[] c = Arrays.copyOfRange(object, third, object.length);
    assertThat(open(join(header, a, b, c))).hasSize(3 << 20);
    damaged(join(header, b, a, c), "swapped");
    damaged(join(header, a, c), "one missing");
    damaged(join(header, c), "only the last");
    damaged(join(header, a, b), "the last missing");
    damaged(join(header, a, b, c, c), "repeated");
    damaged(header, "none");
  }

  private static byte[] join(byte[]... parts) {
    Encoder out = new Encoder();
    for (byte[] part : parts) {
      out.bytes(part);
    }
    return out.toBytes();
  }

  @Test
  void aPartOfAnotherObjectIsNoticed() {
    byte[] plain = noise(10);
    byte[] one = seal(plain);
    byte[] other = seal(plain);
    damaged(
        join(
            Arrays.copyOf(one, ObjectHeader.LENGTH),
            Arrays.copyOfRange(other, ObjectHeader.LENGTH, other.length)),
        "another salt");
  }

  @Test
  void anObjectUnderAnotherNameOrKindIsRefused() {
    byte[] object = seal(noise(10));
    ObjectName other = ObjectName.of("runs/two");
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> SealedObject.open(keys, ObjectKind.RUN, other, object, 100));
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> SealedObject.open(keys, ObjectKind.BACKUP, NAME, object, 100));
  }

  @Test
  void anObjectOfAnotherRepositoryIsRefused() {
    byte[] object = seal(noise(10));
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> SealedObject.open(new FixedKeys(9), ObjectKind.RUN, NAME, object, 100))
        .withMessageContaining("belongs to repository");
  }

  @Test
  void hostileLengthsAreRefusedBeforeAnythingIsAllocated() {
    byte[] object = seal(noise(10));
    for (int at : new int[] {4, 8}) {
      for (int length : new int[] {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 2 << 20}) {
        byte[] bad = object.clone();
        ByteBuffer.wrap(bad).putInt(ObjectHeader.LENGTH + at, length);
        damaged(bad, at + ": " + length);
      }
    }
  }

  @Test
  void moreThanTheCallerTakesIsRefused() {
    byte[] object = seal(new byte[1 << 20]);
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> SealedObject.open(keys, ObjectKind.RUN, NAME, object, 1000))
        .withMessageContaining("too large");
  }

  @Test
  void theSameContentIsNeverTheSameObject() {
    byte[] plain = noise(10);
    assertThat(seal(plain)).isNotEqualTo(seal(plain));
  }
}
