package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class CommandLineTest {
  @TempDir Path directory;

  static Stream<List<String>> commands() {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    List<List<String>> all = new ArrayList<>();
    collect(HoldfastCommand.in(CommandRun.context(sink, sink, CommandRun.CLOCK)), List.of(), all);
    return all.stream().filter(path -> !path.isEmpty());
  }

  private static void collect(CommandLine command, List<String> path, List<List<String>> all) {
    all.add(path);
    command
        .getSubcommands()
        .forEach(
            (name, subcommand) -> {
              List<String> longer = new ArrayList<>(path);
              longer.add(name);
              collect(subcommand, longer, all);
            });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithAnExample(List<String> path) {
    List<String> arguments = new ArrayList<>(path);
    arguments.add("--help");
    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("Example").contains("  holdfast " + String.join(" ", path));
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandIsDocumented(List<String> path) throws Exception {
    assertThat(Files.readString(Path.of("../docs/cli.md")))
        .contains("holdfast " + String.join(" ", path));
  }

  @Test
  void everyExitCodeIsDocumentedInTheManualAndInHelp() throws Exception {
    String manual = Files.readString(Path.of("../docs/cli.md"));
    String help = CommandRun.of("--help").out();
    for (ExitCode code : ExitCode.values()) {
      assertThat(manual).contains("| " + code.number() + " | " + code.meaning() + " |");
      assertThat(help)
          .containsPattern("\\b" + code.number() + "\\s+" + code.meaning().split(" ", 2)[0]);
    }
  }

  @Test
  void anUnknownCommandIsOneLineThatProposesTheRightOne() {
    CommandRun run = CommandRun.of("confg", "validate");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "holdfast: unknown command 'confg' (did you mean 'config'?). Try: holdfast --help.\n");
  }

  @Test
  void anErrorIsOneLineToo() {
    CommandRun missing =
        failing(new ExceptionInInitializerError(new java.io.IOException("no such directory")));
    assertThat(missing.err())
        .startsWith(
            "holdfast: a part of this program cannot be loaded: IOException: no such directory. ")
        .contains(System.getProperty("java.io.tmpdir"))
        .hasLineCount(1);
    assertThat(missing.code()).isEqualTo(8);
    CommandRun defect = failing(new StackOverflowError());
    assertThat(defect.err())
        .startsWith("holdfast: a defect of this program: StackOverflowError. ")
        .hasLineCount(1);
    assertThat(defect.code()).isEqualTo(1);
  }

  private static CommandRun failing(Error error) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Context usual = CommandRun.context(out, err, CommandRun.CLOCK);
    Context context =
        new Context(
            usual.terminal(),
            usual.surroundings(),
            _ -> {
              throw error;
            },
            usual.directory());
    int code = HoldfastCommand.in(context).execute("backups");
    return new CommandRun(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  @Test
  void anUnknownOptionIsOneLineThatProposesTheRightOne() {
    CommandRun run = CommandRun.of("version", "--jsn");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "holdfast: unknown argument '--jsn' (did you mean '--json'?). Try: holdfast version --help.\n");
  }

  @Test
  void aMisspeltKeyIsOneLineWithItsPlace() throws Exception {
    Path file = directory.resolve("holdfast.yaml");
    Files.writeString(
        file, "version: 1\nrepositories:\n  r: {path: /r, passphrase: env:X, colour: x}\n");
    CommandRun run = CommandRun.of("config", "validate", "-c", file.toString());
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err())
        .isEqualTo(
            "holdfast: "
                + file
                + ":3:36: unknown key 'colour'. docs/configuration.md describes every key.\n");
  }

  @Test
  void aValidConfigurationIsSummedUp() throws Exception {
    Path file = directory.resolve("holdfast.yaml");
    Files.writeString(file, "version: 1\nrepositories:\n  r: {path: /r, passphrase: env:X}\n");
    assertThat(CommandRun.of("config", "validate", "-c", file.toString()).out())
        .startsWith("valid: " + file);
    assertThat(CommandRun.of("config", "validate", "--json", "-c", file.toString()).out())
        .contains("\"valid\" : true", "\"repositories\" : [ \"r\" ]");
  }

  @Test
  void theSchemaIsPrinted() {
    assertThat(CommandRun.of("config", "schema").out()).contains("urn:holdfast:configuration:1");
  }

  @Test
  void debugShowsWhereItHappened() {
    String absent = directory.resolve("absent.yaml").toString();
    assertThat(CommandRun.of("config", "validate", "-c", absent).err().lines()).hasSize(1);
    assertThat(CommandRun.of("config", "validate", "--debug", "-c", absent).err())
        .contains("\tat io.holdfast.engine.");
  }
}
