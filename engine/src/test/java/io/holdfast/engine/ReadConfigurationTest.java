package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.repository.Compression;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadConfigurationTest {
  private static final String MINIMAL =
      """
      version: 1
      repositories:
        main:
          path: repo
          passphrase: env:SECRET
      """;

  private final ReadConfiguration reader = new ReadConfiguration(new ConfigurationSchema());

  @TempDir Path directory;

  @Test
  void defaultsAreAsDocumented() {
    Configuration configuration =
        read(
            MINIMAL
                + """
                sources:
                  db: {type: postgresql}
                  uploads: {type: files, path: /srv/up}
                """);
    assertThat(configuration.repository(""))
        .isEqualTo(
            new RepositorySettings(
                "main",
                Path.of("/etc/hf/repo"),
                new KeySettings.Passphrase(new SecretReference.Variable("SECRET")),
                Compression.DEFAULT));
    assertThat(configuration.sources().values())
        .containsExactly(
            new SourceSettings.Postgresql(
                "db",
                "/var/run/postgresql",
                5432,
                "holdfast",
                "postgres",
                Optional.empty(),
                SourceSettings.Tls.PREFER,
                Optional.empty(),
                SourceSettings.ReadMode.STREAM,
                Optional.empty(),
                SourceSettings.Wal.DEFAULT),
            new SourceSettings.Tree(
                "uploads", Path.of("/srv/up"), false, List.of(), List.of(), false));
    assertThat(configuration.policies()).isEmpty();
  }

  @Test
  void everyDocumentedKeyIsReadBack() throws Exception {
    Configuration configuration = read(documentedExample());
    assertThat(configuration.repositories().values())
        .containsExactly(
            new RepositorySettings(
                "main",
                Path.of("/var/backups/holdfast"),
                new KeySettings.Passphrase(new SecretReference.Variable("HOLDFAST_PASSPHRASE")),
                Compression.DEFAULT),
            new RepositorySettings(
                "second",
                Path.of("/mnt/second/holdfast"),
                new KeySettings.KeyFile(Path.of("/etc/holdfast/repository.key")),
                Compression.DEFAULT));
    assertThat(configuration.sources().values())
        .containsExactly(
            new SourceSettings.Postgresql(
                "database",
                "/var/run/postgresql",
                5432,
                "holdfast",
                "postgres",
                Optional.of(new SecretReference.FileContent(Path.of("/etc/holdfast/database"))),
                SourceSettings.Tls.VERIFY_FULL,
                Optional.of(Path.of("/etc/holdfast/ca.pem")),
                SourceSettings.ReadMode.DIRECT,
                Optional.of(Path.of("/var/lib/postgresql/18/main")),
                new SourceSettings.Wal(
                    "holdfast",
                    Optional.of(Path.of("/var/lib/holdfast/spool")),
                    20L << 30,
                    50L << 30,
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    true,
                    Duration.ofSeconds(5))),
            new SourceSettings.Tree(
                "uploads",
                Path.of("/srv/platform/uploads"),
                false,
                List.of("**"),
                List.of("**/*.tmp", "cache/**"),
                true),
            new SourceSettings.Tree(
                "settings", Path.of("/etc/platform"), true, List.of(), List.of("*.bak"), false));
    assertThat(configuration.policy(""))
        .isEqualTo(
            new PolicySettings("platform", "main", List.of("database", "uploads", "settings")));
  }

  @Test
  void theDocumentedExampleShowsEveryKeyOfTheSchema() throws Exception {
    String example = documentedExample();
    var definitions =
        tools.jackson.databind.json.JsonMapper.shared()
            .readTree(new ConfigurationSchema().text())
            .get("$defs");
    for (String definition : List.of("repository", "source", "postgresql", "tree", "policy")) {
      assertThat(definitions.get(definition).get("properties").propertyNames())
          .isNotEmpty()
          .allSatisfy(key -> assertThat(example).contains(key + ":"));
    }
  }

  @Test
  void theExampleOfTheReadmeIsValid() throws Exception {
    assertThat(read(firstYaml(Path.of("../README.md"))).policy("").sources()).hasSize(3);
  }

  @Test
  void thePublishedSchemaIsThePackagedOne() throws Exception {
    assertThat(Files.readString(Path.of("../docs/holdfast.schema.json")))
        .isEqualTo(new ConfigurationSchema().text());
  }

  /** It is read by the YAML parser. */
  @Test
  void theSchemaReadAsYamlIsTheSameAsReadAsJson() {
    String text = new ConfigurationSchema().text();
    YamlDocument document = YamlDocument.parse(text);
    assertThat(document.problems()).isEmpty();
    assertThat(document.root())
        .hasToString(tools.jackson.databind.json.JsonMapper.shared().readTree(text).toString());
  }

  @Test
  void aMisspeltKeyIsNamedWithItsPlaceAndWhatWasMeant() {
    assertThat(problemsOf(MINIMAL.replace("passphrase", "pasphrase")))
        .contains("5:5: unknown key 'pasphrase' (did you mean 'passphrase'?)");
    assertThat(problemsOf(MINIMAL + "sorces: {}\n"))
        .containsExactly("6:1: unknown key 'sorces' (did you mean 'sources'?)");
    assertThat(problemsOf(MINIMAL + "sources:\n  db:\n    type: postgresql\n    prot: 5432\n"))
        .containsExactly("9:5: unknown key 'prot' (did you mean 'port'?)");
  }

  @Test
  void aMisspeltTypeIsNamedWithWhatWasMeant() {
    assertThat(problemsOf(MINIMAL + "sources:\n  db:\n    type: postgres\n"))
        .containsExactly(
            "8:11: 'type' must be one of postgresql, files, config (did you mean 'postgresql'?)");
  }

  @Test
  void aPlainSecretIsRefusedAndNotRepeated() {
    List<String> problems = problemsOf(MINIMAL.replace("env:SECRET", "hunter2"));
    assertThat(problems)
        .containsExactly(
            "5:17: 'passphrase' must be a reference (env:NAME, file:PATH or exec:COMMAND): secrets are"
                + " not written into this file");
  }

  @Test
  void exactlyOneKeyIsNeeded() {
    assertThat(problemsOf(MINIMAL + "    key-file: /k\n"))
        .containsExactly("3:3: 'main' needs exactly one of 'passphrase' and 'key-file'");
    assertThat(problemsOf("version: 1\nrepositories:\n  main: {path: /r}\n"))
        .containsExactly("3:3: 'main' needs exactly one of 'passphrase' and 'key-file'");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(problemsOf("version: 1\n"))
        .containsExactly("1:1: the document needs a 'repositories'");
    assertThat(problemsOf(MINIMAL + "sources:\n  up:\n    type: files\n"))
        .containsExactly("7:3: 'up' needs a 'path'");
    assertThat(problemsOf(""))
        .containsExactly("1:1: the document must be a map of keys and values");
  }

  @Test
  void anotherVersionIsRefused() {
    assertThat(problemsOf(MINIMAL.replace("version: 1", "version: 2")))
        .containsExactly("1:10: 'version' must be 1");
  }

  @Test
  void namesThatAreNotThereAreFound() {
    assertThat(
            problemsOf(
                MINIMAL
                    + """
                    sources:
                      uploads: {type: files, path: /srv/up}
                    policies:
                      daily:
                        repository: mian
                        sources: [upload, uploads, uploads]
                    """))
        .containsExactly(
            "10:17: there is no repository 'mian' (did you mean 'main'?)",
            "11:15: there is no source 'upload' (did you mean 'uploads'?)",
            "11:32: the source 'uploads' is there twice");
  }

  @Test
  void aMalformedPatternIsFoundWhereItIsWritten() {
    assertThat(
            problemsOf(
                MINIMAL
                    + """
                    sources:
                      uploads:
                        type: files
                        path: /srv/up
                        include: ["a/**", "b[c"]
                        exclude: ["!"]
                    """))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("10:23: the pattern 'b[c'"),
            second -> assertThat(second).startsWith("11:15: the pattern"));
  }

  @Test
  void aBadNameIsFoundWhereItIsWritten() {
    assertThat(problemsOf(MINIMAL.replace("  main:", "  My Repo:")))
        .singleElement()
        .asString()
        .startsWith("3:3: the name must be a name of at most 63");
  }

  @Test
  void everythingThatIsWrongIsReportedAtOnceWithinBounds() {
    StringBuilder text = new StringBuilder(MINIMAL);
    for (int i = 0; i < 100; i++) {
      text.append("unknown-").append(i).append(": 1\n");
    }
    assertThat(problemsOf(text.toString()))
        .hasSize(ReadConfiguration.MAX_PROBLEMS + 1)
        .last()
        .asString()
        .endsWith("and 80 more");
  }

  @Test
  void aRepeatedKeyIsRefused() {
    assertThat(problemsOf(MINIMAL + "version: 1\n"))
        .containsExactly("6:1: the key 'version' is there twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: [",
        "a: b: c",
        "\t- x",
        "a: &x [*x]",
        "a: !!java.net.URL [x]",
        "--- 1\n--- 2\n",
        "? [a]\n: 1",
        "a: *b",
        "version: .inf",
        "version: 99999999999999999999"
      })
  void whatIsNotUsableYamlIsRefusedWithItsPlace(String text) {
    assertThat(problemsOf(text))
        .isNotEmpty()
        .allMatch(problem -> problem.matches("(?s)\\d+:\\d+: .+"));
  }

  @Test
  void aliasesThatMultiplyAreBounded() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      text.append("a%d: &a%d [".formatted(i, i));
      text.append("*a%d,".formatted(i - 1).repeat(10)).append("]\n");
    }
    assertThat(problemsOf(text.toString())).singleElement().asString().contains("too large");
  }

  @Test
  void deepNestingIsBounded() {
    assertThat(problemsOf("a: " + "[".repeat(100_000)))
        .singleElement()
        .asString()
        .contains("nested too deeply");
  }

  @Test
  void anAliasStandsForWhatItNames() {
    Configuration configuration =
        read(
            MINIMAL
                + """
                sources:
                  a: {type: files, path: /a, exclude: &temporary ["*.tmp"]}
                  b: {type: files, path: /b, exclude: *temporary}
                """);
    assertThat(configuration.sources().lastEntry().getValue())
        .isEqualTo(
            new SourceSettings.Tree("b", Path.of("/b"), false, List.of(), List.of("*.tmp"), false));
  }

  @Test
  void aMissingFileIsOneClearError() {
    assertThatThrownBy(() -> reader.from(directory.resolve("none.yaml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("there is no configuration");
  }

  @Test
  void aFileThatIsNotTextIsRefused() throws Exception {
    Path file = Files.write(directory.resolve("bad.yaml"), new byte[] {'a', (byte) 0xFF});
    assertThatThrownBy(() -> reader.from(file)).hasMessageContaining("is not UTF-8");
    Path large = Files.write(directory.resolve("large.yaml"), new byte[2 * 1024 * 1024]);
    assertThatThrownBy(() -> reader.from(large)).hasMessageContaining("larger than 1 MiB");
  }

  @Test
  void anUnknownNameAsksForAKnownOne() {
    Configuration configuration = read(MINIMAL);
    assertThatThrownBy(() -> configuration.repository("mani"))
        .isInstanceOf(UnknownNameException.class)
        .hasMessage("there is no repository 'mani' (did you mean 'main'?)");
    assertThatThrownBy(() -> configuration.policy(""))
        .hasMessage("the configuration holds no policy");
  }

  private Configuration read(String text) {
    return reader.from("holdfast.yaml", text, Path.of("/etc/hf"));
  }

  private List<String> problemsOf(String text) {
    ConfigurationException exception =
        catchThrowableOfType(ConfigurationException.class, () -> read(text));
    assertThat(exception).isNotNull();
    return exception.problems().stream().map(ConfigurationProblem::toString).toList();
  }

  private static String documentedExample() throws Exception {
    return firstYaml(Path.of("../docs/configuration.md"));
  }

  private static String firstYaml(Path file) throws Exception {
    String page = Files.readString(file);
    int start = page.indexOf("```yaml\n") + "```yaml\n".length();
    return page.substring(start, page.indexOf("```", start));
  }
}
