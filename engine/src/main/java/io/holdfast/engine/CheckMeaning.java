package io.holdfast.engine;

import io.holdfast.files.TreeFilter;
import io.holdfast.posix.BytePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Checks what a schema cannot say: that what is referred to is there, and that patterns are any.
 */
final class CheckMeaning {
  private final YamlDocument document;
  private final List<ConfigurationProblem> problems = new ArrayList<>();

  private CheckMeaning(YamlDocument document) {
    this.document = document;
  }

  static List<ConfigurationProblem> in(YamlDocument document) {
    CheckMeaning check = new CheckMeaning(document);
    document
        .root()
        .path("sources")
        .propertyStream()
        .forEach(p -> check.source(p.getKey(), p.getValue()));
    document
        .root()
        .path("policies")
        .propertyStream()
        .forEach(p -> check.policy(p.getKey(), p.getValue()));
    return check.problems;
  }

  private void source(String name, JsonNode source) {
    for (String key : List.of("include", "exclude")) {
      int index = 0;
      for (JsonNode pattern : source.path(key)) {
        checkPattern(pattern, List.of("sources", name, key, Integer.toString(index++)));
      }
    }
    boolean several = source.path("host").asString("").matches("[^/].*,.*");
    if (several
        && source.path("mode").isString()
        && source.path("mode").asString().equals("direct")) {
      report(
          List.of("sources", name, "host"),
          "a data directory is read directly of one host; name that one, or leave out mode");
    }
  }

  private void checkPattern(JsonNode pattern, List<String> path) {
    if (!pattern.isString()) {
      return;
    }
    try {
      TreeFilter.of(List.of(), List.of(BytePath.of(pattern.asString())));
    } catch (IllegalArgumentException e) {
      report(path, String.valueOf(e.getMessage()));
    }
  }

  private void policy(String name, JsonNode policy) {
    refersTo(
        "repositories",
        "repository",
        policy.path("repository"),
        List.of("policies", name, "repository"));
    Set<String> seen = new HashSet<>();
    int index = 0;
    for (JsonNode source : policy.path("sources")) {
      List<String> path = List.of("policies", name, "sources", Integer.toString(index++));
      refersTo("sources", "source", source, path);
      if (source.isString() && !seen.add(source.asString())) {
        report(path, "the source '" + source.asString() + "' is there twice");
      }
    }
  }

  private void refersTo(String section, String kind, JsonNode name, List<String> path) {
    List<String> known = List.copyOf(document.root().path(section).propertyNames());
    if (name.isString() && !known.contains(name.asString())) {
      report(
          path,
          "there is no "
              + kind
              + " '"
              + name.asString()
              + "'"
              + NearestWord.proposal(name.asString(), known));
    }
  }

  private void report(List<String> path, String message) {
    problems.add(new ConfigurationProblem(document.valueAt(path), message));
  }
}
