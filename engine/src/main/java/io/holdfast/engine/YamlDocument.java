package io.holdfast.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A YAML document as a JSON tree that knows where each part was written. Bounded: depth, and number
 * of nodes with every alias counted as what it stands for. Keys are unique strings.
 */
final class YamlDocument {
  static final int MAX_DEPTH = 20;
  static final int MAX_NODES = 20_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<List<String>, Position> keys = new HashMap<>();
  private final Map<List<String>, Position> values = new HashMap<>();
  private final List<ConfigurationProblem> problems = new ArrayList<>();
  private JsonNode root = JSON.nullNode();
  private int nodes;

  private YamlDocument() {}

  /** Parses; what is wrong with the text is in {@link #problems()}. */
  static YamlDocument parse(String text) {
    YamlDocument document = new YamlDocument();
    LoadSettings settings =
        LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setUseMarks(true)
            .setMaxAliasesForCollections(MAX_NODES)
            .build();
    try {
      checkDepth(settings, text);
      Optional<Node> node = new Compose(settings).composeString(text);
      node.ifPresent(n -> document.root = document.convert(n, List.of()));
    } catch (MarkedYamlEngineException e) {
      Position at = e.getProblemMark().map(YamlDocument::position).orElse(Position.START);
      document.problems.add(new ConfigurationProblem(at, "this is not YAML: " + e.getProblem()));
    } catch (YamlEngineException _) {
      document.problems.add(
          new ConfigurationProblem(
              Position.START, "this is not YAML, or holds more than one document"));
    } catch (TooLargeException e) {
      document.problems.add(e.problem);
    }
    return document;
  }

  JsonNode root() {
    return root;
  }

  List<ConfigurationProblem> problems() {
    return problems;
  }

  /** Where the value at this path starts; where its nearest parent starts when it is not there. */
  Position valueAt(List<String> path) {
    return nearest(values, path);
  }

  /** Where the key that leads to this path is written, or the value where there is no key. */
  Position keyAt(List<String> path) {
    Position key = keys.get(path);
    return key == null ? valueAt(path) : key;
  }

  private static Position nearest(Map<List<String>, Position> positions, List<String> path) {
    for (int length = path.size(); length >= 0; length--) {
      Position position = positions.get(path.subList(0, length));
      if (position != null) {
        return position;
      }
    }
    return Position.START;
  }

  /** The composer recurses: what is nested too deeply must not reach it. */
  private static void checkDepth(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> depth++;
        case MappingEnd, SequenceEnd -> depth--;
        case Alias, Comment, DocumentEnd, DocumentStart, Scalar, StreamEnd, StreamStart -> {}
      }
      if (depth > MAX_DEPTH) {
        throw new TooLargeException(at(event.getStartMark()), "nested too deeply");
      }
    }
  }

  private JsonNode convert(Node node, List<String> path) {
    Position position = at(node.getStartMark());
    if (path.size() > MAX_DEPTH || ++nodes > MAX_NODES) {
      throw new TooLargeException(position, "the document is too large, or its aliases make it so");
    }
    values.put(path, position);
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, path);
      case SequenceNode sequence -> sequence(sequence, path);
      case ScalarNode scalar -> scalar(scalar, position);
      default -> report(position, "this kind of YAML node is not used here");
    };
  }

  private ObjectNode mapping(MappingNode mapping, List<String> path) {
    ObjectNode object = JSON.objectNode();
    for (NodeTuple tuple : mapping.getValue()) {
      Position position = at(tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        report(position, "a key must be a plain text");
        continue;
      }
      List<String> below = append(path, key.getValue());
      if (object.has(key.getValue())) {
        report(position, "the key '" + key.getValue() + "' is there twice");
        continue;
      }
      keys.put(below, position);
      object.set(key.getValue(), convert(tuple.getValueNode(), below));
    }
    return object;
  }

  private ArrayNode sequence(SequenceNode sequence, List<String> path) {
    ArrayNode array = JSON.arrayNode();
    for (Node item : sequence.getValue()) {
      array.add(convert(item, append(path, Integer.toString(array.size()))));
    }
    return array;
  }

  private JsonNode scalar(ScalarNode scalar, Position position) {
    String value = scalar.getValue();
    Tag tag = scalar.getTag();
    try {
      if (tag.equals(Tag.STR)) {
        return JSON.stringNode(value);
      } else if (tag.equals(Tag.INT)) {
        return JSON.numberNode(Long.decode(value.replaceFirst("^0o", "0")));
      } else if (tag.equals(Tag.FLOAT)) {
        return JSON.numberNode(Double.parseDouble(value));
      } else if (tag.equals(Tag.BOOL)) {
        return JSON.booleanNode(Boolean.parseBoolean(value));
      } else if (tag.equals(Tag.NULL)) {
        return JSON.nullNode();
      }
      return report(position, "the tag " + tag + " is not used here");
    } catch (NumberFormatException _) {
      return report(position, "not a number that can be used here");
    }
  }

  private JsonNode report(Position position, String message) {
    problems.add(new ConfigurationProblem(position, message));
    return JSON.nullNode();
  }

  private static List<String> append(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }

  private static Position at(Optional<Mark> mark) {
    return mark.map(YamlDocument::position).orElse(Position.START);
  }

  private static Position position(Mark mark) {
    return new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }

  /** Ends the conversion of a document that would need too much memory. */
  private static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient ConfigurationProblem problem;

    TooLargeException(Position position, String message) {
      super(message);
      this.problem = new ConfigurationProblem(position, message);
    }
  }
}
