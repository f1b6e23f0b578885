package io.holdfast.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Reads and validates {@code holdfast.yaml}. Reports everything that is wrong at once. */
public final class ReadConfiguration {
  static final int MAX_BYTES = 1024 * 1024;
  static final int MAX_PROBLEMS = 20;

  private final ConfigurationSchema schema;
  private final Duration limit;

  /** Validates against this schema; what is no regular file has 30 seconds. */
  public ReadConfiguration(ConfigurationSchema schema) {
    this(schema, ReadSmallFile.USUAL_LIMIT);
  }

  ReadConfiguration(ConfigurationSchema schema, Duration limit) {
    this.schema = schema;
    this.limit = limit;
  }

  /**
   * The configuration in a file. Relative paths in it start at the file's directory.
   *
   * @throws ConfigurationException when there is no such file, or it is not valid
   */
  public Configuration from(Path file) {
    Path absolute = file.toAbsolutePath().normalize();
    Path directory = absolute.getParent();
    return from(file.toString(), read(file), directory == null ? absolute : directory);
  }

  Configuration from(String name, String text, Path directory) {
    YamlDocument document = YamlDocument.parse(text);
    failOn(name, document.problems());
    List<ConfigurationProblem> problems = new ArrayList<>(schema.problemsOf(document));
    problems.addAll(CheckMeaning.in(document));
    failOn(name, problems);
    return new BindConfiguration(directory).bind(document.root());
  }

  private static void failOn(String name, List<ConfigurationProblem> problems) {
    if (problems.isEmpty()) {
      return;
    }
    List<ConfigurationProblem> first =
        problems.stream()
            .sorted(Comparator.comparing(ConfigurationProblem::position))
            .limit(MAX_PROBLEMS)
            .collect(Collectors.toCollection(ArrayList::new));
    int more = problems.size() - first.size();
    if (more > 0) {
      first.add(new ConfigurationProblem(first.getLast().position(), "and " + more + " more"));
    }
    throw new ConfigurationException(name, first);
  }

  private String read(Path file) {
    try {
      byte[] bytes = new ReadSmallFile(limit).read(file, MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigurationException(file + " is larger than 1 MiB", "", null);
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(
          "there is no configuration " + file, "name it with --config FILE", e);
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(file + " is not UTF-8", "", e);
    } catch (IOException e) {
      throw new ConfigurationException(
          file + " cannot be read: " + e.getMessage(), "check its owner and mode", e);
    }
  }
}
