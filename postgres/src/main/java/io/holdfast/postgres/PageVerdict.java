package io.holdfast.postgres;

/** What a look at a page of a running cluster says. */
enum PageVerdict {
  /** The checksum is right, or the cluster keeps none. */
  SOUND,
  /** All zeros: a page that was allocated and never used. */
  EMPTY,
  /** The checksum is wrong, but the page was written after the start; recovery replaces it. */
  CHANGING,
  /** The checksum is wrong, and recovery would not replace the page. */
  DAMAGED
}
