package io.holdfast.repository;

/** Packs of data and packs of metadata are kept apart; docs/repository-format.md section 7. */
enum PackKind {
  DATA,
  METADATA
}
