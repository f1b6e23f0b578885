package io.holdfast.repository;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON as values: maps, lists, strings, numbers (Integer, Long or BigInteger; else Double),
 * booleans and null. Of members with one name the last counts.
 */
final class JsonValues {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonValues() {}

  /** The one value that the bytes are. */
  static @Nullable Object read(byte[] json) throws MalformedJsonException {
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), json)) {
      if (in.nextToken() == null) {
        throw new MalformedJsonException("it is empty");
      }
      Object value = value(in);
      if (in.nextToken() != null) {
        throw new MalformedJsonException("something follows its end");
      }
      return value;
    } catch (JacksonException e) {
      throw new MalformedJsonException(e.getOriginalMessage());
    }
  }

  /** The value at whose first token the parser is, which bounds how deep it goes. */
  private static @Nullable Object value(JsonParser in) throws MalformedJsonException {
    return switch (in.currentToken()) {
      case START_OBJECT -> object(in);
      case START_ARRAY -> array(in);
      case VALUE_STRING -> in.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new MalformedJsonException("no value starts with " + in.currentToken());
    };
  }

  private static Number number(JsonParser in) throws MalformedJsonException {
    Number number = in.getNumberValue();
    if (number instanceof Double d && d.isInfinite()) {
      throw new MalformedJsonException("a number in it is too large");
    }
    return number;
  }

  private static Map<String, @Nullable Object> object(JsonParser in) throws MalformedJsonException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (String name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      members.put(name, value(in));
    }
    return members;
  }

  private static List<@Nullable Object> array(JsonParser in) throws MalformedJsonException {
    List<@Nullable Object> items = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(in));
    }
    return items;
  }
}
