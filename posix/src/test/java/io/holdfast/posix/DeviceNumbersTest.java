package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeviceNumbersTest {
  @Property
  void joinsWithoutLoss(@ForAll int major, @ForAll int minor) {
    long device = DeviceNumbers.join(major, minor);
    assertThat(DeviceNumbers.major(device)).isEqualTo(Integer.toUnsignedLong(major));
    assertThat(DeviceNumbers.minor(device)).isEqualTo(Integer.toUnsignedLong(minor));
  }

  @Test
  void agreesWithTheSystem() {
    assertThat(DeviceNumbers.join(8, 1)).isEqualTo(0x801);
    assertThat(DeviceNumbers.join(259, 0x12345)).isEqualTo(0x1231_0345L);
  }
}
