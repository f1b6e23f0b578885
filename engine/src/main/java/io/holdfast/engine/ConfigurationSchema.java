package io.holdfast.engine;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The published JSON schema of {@code holdfast.yaml}, and what it has to say about a document. */
public final class ConfigurationSchema {
  private final String text;
  private final JsonNode tree;
  private final Schema schema;

  /** Reads the schema that is part of the program. */
  public ConfigurationSchema() {
    this.text = packagedText();
    // JSON is YAML, whose parser is needed anyway; Jackson's takes a tenth of a second to be ready.
    YamlDocument document = YamlDocument.parse(text);
    if (!document.problems().isEmpty()) { // an empty schema would find everything valid
      throw new IllegalStateException("the schema cannot be read: " + document.problems());
    }
    this.tree = document.root();
    this.schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(tree);
  }

  /** The schema, as JSON. */
  public String text() {
    return text;
  }

  List<ConfigurationProblem> problemsOf(YamlDocument document) {
    List<ConfigurationProblem> problems = new ArrayList<>();
    for (Error error : schema.validate(document.root())) {
      if (!insideAlternative(error)) {
        problems.add(problem(document, error));
      }
    }
    return problems.stream().distinct().toList();
  }

  /** What a failed alternative says is said better by the keyword that holds the alternatives. */
  private static boolean insideAlternative(Error error) {
    List<String> path = elements(error.getEvaluationPath());
    int alternative = path.indexOf("oneOf");
    return path.contains("if") || (alternative >= 0 && alternative < path.size() - 1);
  }

  private ConfigurationProblem problem(YamlDocument document, Error error) {
    List<String> path = elements(error.getInstanceLocation());
    String property = Objects.requireNonNullElse(error.getProperty(), "");
    JsonNode rules = rulesAt(error);
    String name = path.isEmpty() ? "the document" : "'" + path.getLast() + "'";
    return switch (error.getKeyword()) {
      case "additionalProperties", "unevaluatedProperties" ->
          new ConfigurationProblem(
              document.keyAt(append(path, property)),
              "unknown key '"
                  + property
                  + "'"
                  + NearestWord.proposal(property, propertiesOf(rules)));
      case "required" ->
          new ConfigurationProblem(document.keyAt(path), name + " needs a '" + property + "'");
      case "propertyNames" -> propertyName(document, path, property);
      case "enum" ->
          new ConfigurationProblem(
              document.valueAt(path),
              name
                  + " must be one of "
                  + words(rules.get("enum"))
                  + proposal(document, path, rules));
      case "const" ->
          new ConfigurationProblem(
              document.valueAt(path), name + " must be " + rules.get("const").asString());
      case "type" ->
          new ConfigurationProblem(
              document.valueAt(path),
              name + " must be " + typeName(rules.path("type").asString("")));
      case "oneOf" ->
          new ConfigurationProblem(document.keyAt(path), name + " needs " + expected(rules));
      case "pattern" ->
          error.getEvaluationPath().contains("propertyNames")
              ? propertyName(document, path, property)
              : new ConfigurationProblem(
                  document.valueAt(path), name + " must be " + expected(rules));
      default -> new ConfigurationProblem(document.valueAt(path), name + ": " + error.getMessage());
    };
  }

  private ConfigurationProblem propertyName(
      YamlDocument document, List<String> path, String property) {
    return new ConfigurationProblem(
        property.isEmpty() ? document.keyAt(path) : document.keyAt(append(path, property)),
        "the name must be " + expected(tree.at("/$defs/name")));
  }

  /** The part of the schema that holds the keyword that failed. */
  private JsonNode rulesAt(Error error) {
    JsonNode node = tree;
    List<String> path = elements(error.getSchemaLocation().getFragment());
    for (String name : path.subList(0, Math.max(0, path.size() - 1))) {
      node = node.isArray() ? node.path(Integer.parseInt(name)) : node.path(name);
    }
    return node;
  }

  private static String proposal(YamlDocument document, List<String> path, JsonNode rules) {
    JsonNode value = document.root();
    for (String name : path) {
      value = value.isArray() ? value.path(Integer.parseInt(name)) : value.path(name);
    }
    return value.isString()
        ? NearestWord.proposal(value.asString(), strings(rules.get("enum")))
        : "";
  }

  private static String expected(JsonNode rules) {
    return rules.path("x-expected").asString("something else");
  }

  private static List<String> propertiesOf(JsonNode rules) {
    return List.copyOf(rules.path("properties").propertyNames());
  }

  private static String words(JsonNode list) {
    return String.join(", ", strings(list));
  }

  private static List<String> strings(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).collect(Collectors.toList());
  }

  private static String typeName(String type) {
    return switch (type) {
      case "object" -> "a map of keys and values";
      case "array" -> "a list";
      case "string" -> "a text (write it in quotes)";
      case "integer" -> "a whole number";
      case "boolean" -> "true or false";
      default -> "a " + type;
    };
  }

  private static List<String> elements(NodePath path) {
    List<String> elements = new ArrayList<>();
    for (int i = 0; i < path.getNameCount(); i++) {
      elements.add(String.valueOf(path.getElement(i)));
    }
    return elements;
  }

  private static List<String> append(List<String> path, String name) {
    List<String> longer = new ArrayList<>(path);
    longer.add(name);
    return longer;
  }

  private static String packagedText() {
    try (InputStream stream =
        Objects.requireNonNull(
            ConfigurationSchema.class.getResourceAsStream("holdfast.schema.json"))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
