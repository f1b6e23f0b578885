package io.holdfast.postgres;

/** The files that make up a relation (src/include/common/relpath.h). */
public enum Fork {
  MAIN(""),
  FREE_SPACE_MAP("_fsm"),
  VISIBILITY_MAP("_vm"),
  /** The empty state to which an unlogged relation is reset after a crash. */
  INIT("_init");

  private final String suffix;

  Fork(String suffix) {
    this.suffix = suffix;
  }

  /** What follows the relation's number in the file's name. */
  String suffix() {
    return suffix;
  }
}
