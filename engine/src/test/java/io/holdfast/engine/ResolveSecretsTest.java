package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolveSecretsTest {
  private final ResolveSecrets secrets =
      new ResolveSecrets(name -> name.equals("SET") ? "from env" : null, Duration.ofSeconds(20));

  @TempDir Path directory;

  @Test
  void aVariableIsRead() {
    assertThat(resolved("env:SET")).isEqualTo("from env");
    assertThatThrownBy(() -> resolved("env:UNSET"))
        .isInstanceOf(SecretException.class)
        .hasMessage("no secret from env:UNSET: the variable is not set");
  }

  @Test
  void aFileIsReadWithoutTheLineEndAtItsEnd() throws Exception {
    Files.writeString(directory.resolve("secret"), "two\nlines\r\n");
    assertThat(resolved("file:secret")).isEqualTo("two\nlines");
    assertThatThrownBy(() -> resolved("file:absent")).hasMessageContaining("there is no such file");
  }

  @Test
  void whatACommandPrintsIsRead() {
    assertThat(resolved("exec:printf 'a%s\\n' b; echo noise >&2")).isEqualTo("ab");
  }

  @Test
  void aCommandThatFailsGivesNoSecret() {
    assertThatThrownBy(() -> resolved("exec:echo secret; exit 3"))
        .hasMessage("no secret from exec:...: it ended with status 3");
  }

  @Test
  void aPipeThatNobodyWritesToIsNotWaitedForWithoutLimit() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    ResolveSecrets impatient = new ResolveSecrets(_ -> null, Duration.ofMillis(200));
    assertThatThrownBy(() -> impatient.resolve(SecretReference.parse("file:pipe", directory)))
        .hasMessageContaining("nobody wrote all of it");
    assertThatThrownBy(
            () ->
                new ReadConfiguration(new ConfigurationSchema(), Duration.ofMillis(200)).from(pipe))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nobody wrote all of it");
  }

  @Test
  void whatIsWrittenToAPipeIsRead() throws Exception {
    Path pipe = directory.resolve("pipe");
    Process writer =
        new ProcessBuilder(
                "sh", "-c", "mkfifo \"$0\" && echo made && echo secret > \"$0\"", pipe.toString())
            .start();
    assertThat(writer.inputReader().readLine()).isEqualTo("made");
    assertThat(resolved("file:pipe")).isEqualTo("secret");
    assertThat(writer.waitFor()).isZero();
  }

  @Test
  void aCommandThatHangsIsKilled() {
    ResolveSecrets impatient = new ResolveSecrets(_ -> null, Duration.ofMillis(200));
    SecretReference hangs = SecretReference.parse("exec:sleep 1000", directory);
    assertThatThrownBy(() -> impatient.resolve(hangs)).hasMessageContaining("took longer");
    assertThat(
            ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .map(p -> p.info().toString()))
        .noneMatch(info -> info.contains("sleep"));
  }

  @Test
  void aCommandThatNeverEndsItsOutputIsBounded() {
    assertThatThrownBy(() -> resolved("exec:yes")).hasMessageContaining("longer than 64 KiB");
  }

  @Test
  void anEmptySecretIsRefused() throws Exception {
    Files.writeString(directory.resolve("empty"), "\n");
    assertThatThrownBy(() -> resolved("file:empty")).hasMessageContaining("it is empty");
  }

  @Test
  void closingWipesIt() {
    Secret secret = secrets.resolve(new SecretReference.Variable("SET"));
    assertThat(secret.toChars()).containsExactly("from env".toCharArray());
    secret.close();
    assertThat(secret.bytes()).containsOnly(0);
    assertThat(secret).hasToString("Secret");
  }

  private String resolved(String reference) {
    try (Secret secret = secrets.resolve(SecretReference.parse(reference, directory))) {
      return new String(secret.bytes(), StandardCharsets.UTF_8);
    }
  }
}
