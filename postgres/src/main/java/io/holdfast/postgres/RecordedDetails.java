package io.holdfast.postgres;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Members of {@link ClusterDetails#toMap} as they come back from the record of a backup. What an
 * older version did not record is absent.
 */
record RecordedDetails(Map<?, ?> members) {
  Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  OptionalLong number(String name) {
    return members.get(name) instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  /** Whether the member is there and true. */
  boolean isTrue(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  /** An object; without members if it is absent. */
  RecordedDetails object(String name) {
    return new RecordedDetails(members.get(name) instanceof Map<?, ?> map ? map : Map.of());
  }

  /** A list of objects. */
  List<RecordedDetails> objects(String name) {
    return list(name).stream()
        .map(item -> item instanceof Map<?, ?> map ? new RecordedDetails(map) : null)
        .filter(Objects::nonNull)
        .toList();
  }

  /** A list of text. */
  List<String> texts(String name) {
    return list(name).stream().filter(String.class::isInstance).map(String.class::cast).toList();
  }

  private List<?> list(String name) {
    return members.get(name) instanceof List<?> list ? list : List.of();
  }
}
