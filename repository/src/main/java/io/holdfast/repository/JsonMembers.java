package io.holdfast.repository;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object, by hand: data binding costs 0.1 s and more at every start, for the
 * method handles that it makes. A member that is missing, null or of another type than is asked for
 * is refused by name; members that nobody asks for are ignored.
 */
final class JsonMembers {
  private final Map<?, ?> members;

  /** Makes something of an object's members; an IllegalArgumentException refuses them too. */
  interface Form<T> {
    T read(JsonMembers in) throws MalformedJsonException;
  }

  private JsonMembers(Map<?, ?> members) {
    this.members = members;
  }

  /** Reads an object. */
  static <T> T read(byte[] json, Form<T> form) throws MalformedJsonException {
    return object(JsonValues.read(json), "it", form);
  }

  /** Whether the member is there and not null. */
  boolean has(String name) {
    return members.get(name) != null;
  }

  String text(String name) throws MalformedJsonException {
    return text(members.get(name), name);
  }

  /** Null where the member is missing or null. */
  @Nullable String optionalText(String name) throws MalformedJsonException {
    return has(name) ? text(name) : null;
  }

  /** What is written as text. */
  <T> T value(String name, Function<String, T> parser) throws MalformedJsonException {
    return parsed(text(name), name, parser);
  }

  Instant instant(String name) throws MalformedJsonException {
    return value(name, Instant::parse);
  }

  /** The one of these that has this name, in capitals or not. */
  <E extends Enum<E>> E oneOf(String name, E[] values) throws MalformedJsonException {
    String text = text(name);
    for (E value : values) {
      if (value.name().equalsIgnoreCase(text)) {
        return value;
      }
    }
    throw new MalformedJsonException(name + " is none that is known: " + text);
  }

  long number(String name) throws MalformedJsonException {
    return number(members.get(name), name);
  }

  int smallNumber(String name) throws MalformedJsonException {
    long number = number(name);
    if (number != (int) number) {
      throw new MalformedJsonException(name + " is out of range: " + number);
    }
    return (int) number;
  }

  <T> T object(String name, Form<T> form) throws MalformedJsonException {
    return object(members.get(name), name, form);
  }

  <T> List<T> objects(String name, Form<T> form) throws MalformedJsonException {
    List<T> items = new ArrayList<>();
    for (Object item : list(name)) {
      items.add(object(item, name, form));
    }
    return items;
  }

  List<String> texts(String name) throws MalformedJsonException {
    return values(name, Function.identity());
  }

  /** A list of what is written as text. */
  <T> List<T> values(String name, Function<String, T> parser) throws MalformedJsonException {
    List<T> items = new ArrayList<>();
    for (Object item : list(name)) {
      items.add(parsed(text(item, name), name, parser));
    }
    return items;
  }

  /** Numbers by name. */
  Map<String, Long> numbers(String name) throws MalformedJsonException {
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (Map.Entry<String, Object> member : values(name).entrySet()) {
      numbers.put(member.getKey(), number(member.getValue(), name));
    }
    return numbers;
  }

  /**
   * Values as {@link JsonValues} has them, by name; none of these is null, though what is in it may
   * be.
   */
  Map<String, Object> values(String name) throws MalformedJsonException {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<?, ?> member : map(members.get(name), name).entrySet()) {
      Object value = member.getValue();
      if (value == null) {
        throw new MalformedJsonException(member.getKey() + " in " + name + " is null");
      }
      values.put((String) member.getKey(), value);
    }
    return values;
  }

  private List<?> list(String name) throws MalformedJsonException {
    if (members.get(name) instanceof List<?> list) {
      return list;
    }
    throw new MalformedJsonException(name + " is no list");
  }

  private static <T> T object(@Nullable Object value, String what, Form<T> form)
      throws MalformedJsonException {
    try {
      return form.read(new JsonMembers(map(value, what)));
    } catch (IllegalArgumentException e) {
      throw new MalformedJsonException(String.valueOf(e.getMessage()));
    }
  }

  private static Map<?, ?> map(@Nullable Object value, String what) throws MalformedJsonException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new MalformedJsonException(what + " is no object");
  }

  private static String text(@Nullable Object value, String what) throws MalformedJsonException {
    if (value instanceof String text) {
      return text;
    }
    throw new MalformedJsonException(what + " is no text");
  }

  private static long number(@Nullable Object value, String what) throws MalformedJsonException {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new MalformedJsonException(what + " is no number of 64 bits");
  }

  private static <T> T parsed(String text, String what, Function<String, T> parser)
      throws MalformedJsonException {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MalformedJsonException(what + ": " + e.getMessage());
    }
  }
}
