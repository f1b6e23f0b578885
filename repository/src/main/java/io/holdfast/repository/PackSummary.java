package io.holdfast.repository;

/** One pack as an index object lists it; docs/repository-format.md section 8. */
record PackSummary(PackName name, int size, PackKind kind, PackDirectory directory) {}
