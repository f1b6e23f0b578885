package io.holdfast.posix;

/** The numbers of a device, and how Linux and glibc put both into one. */
public final class DeviceNumbers {
  private DeviceNumbers() {}

  /** One number of two, each of 32 bits. */
  public static long join(long major, long minor) {
    return ((major & 0xffff_f000L) << 32)
        | ((major & 0xfffL) << 8)
        | ((minor & 0xffff_ff00L) << 12)
        | (minor & 0xffL);
  }

  /** The number of the driver. */
  public static long major(long device) {
    return ((device >>> 32) & 0xffff_f000L) | ((device >>> 8) & 0xfffL);
  }

  /** The number that the driver gave it. */
  public static long minor(long device) {
    return ((device >>> 12) & 0xffff_ff00L) | (device & 0xffL);
  }
}
