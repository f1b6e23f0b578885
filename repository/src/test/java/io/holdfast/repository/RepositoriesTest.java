package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RepositoriesTest {
  private static final Argon2Cost CHEAP = new Argon2Cost(32, 1, 1);

  @TempDir private Path directory;

  private RepositoryOptions options() {
    return new RepositoryOptions(
        directory.resolve("cache"),
        Compression.DEFAULT,
        RepositoryOptions.DEFAULT_LEASE,
        2,
        "host",
        "test",
        Clock.systemUTC(),
        new SecureRandom());
  }

  private static NewHolder holder(String passphrase) {
    return new NewHolder(Credential.passphrase(passphrase.toCharArray()), "operator");
  }

  @Test
  void theKitAloneOpensWhatThePassphraseMade() {
    Path place = directory.resolve("store");
    RecoveryKit kit = RecoveryKit.next(new SecureRandom());
    String id;
    try (ObjectStore store = LocalDirectoryStore.create(place);
        Repository made =
            Repositories.create(
                store,
                List.of(
                    holder("correct horse"),
                    new NewHolder(Credential.recoveryKit(kit), "recovery kit")),
                CHEAP,
                null,
                options())) {
      id = made.id();
      assertThat(Repositories.exists(store)).isTrue();
    }
    try (ObjectStore store = LocalDirectoryStore.open(place);
        Repository opened =
            Repositories.open(
                store,
                Credential.recoveryKit(RecoveryKit.parse(kit.text().toCharArray())),
                options())) {
      assertThat(opened.id()).isEqualTo(id);
    }
  }

  private static long files(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      return files.count();
    }
  }

  @Test
  void aWrongPassphraseChangesNothing() throws IOException {
    Path place = directory.resolve("store");
    try (ObjectStore store = LocalDirectoryStore.create(place)) {
      Repositories.create(store, List.of(holder("right")), CHEAP, null, options()).close();
      long before = files(place);
      assertThatExceptionOfType(WrongKeyException.class)
          .isThrownBy(
              () ->
                  Repositories.open(
                      store, Credential.passphrase("wrong".toCharArray()), options()));
      assertThat(files(place)).isEqualTo(before);
    }
  }

  @Test
  void aRepositoryJoinsTheFamilyOfAnother() {
    try (ObjectStore first = LocalDirectoryStore.create(directory.resolve("first"));
        ObjectStore second = LocalDirectoryStore.create(directory.resolve("second"))) {
      Repositories.create(first, List.of(holder("one")), CHEAP, null, options()).close();
      Family family = new Family(first, Credential.passphrase("one".toCharArray()));
      Repositories.create(second, List.of(holder("two")), CHEAP, family, options()).close();
      try (KeyRing one = new OpenKeys(first).open(family.credential());
          KeyRing two = new OpenKeys(second).open(holder("two").credential());
          Secret a = one.defaultDomain();
          Secret b = two.defaultDomain()) {
        assertThat(DomainKeys.gearTable(a)).isEqualTo(DomainKeys.gearTable(b));
        assertThat(one.repository()).isNotEqualTo(two.repository());
      }
    }
  }
}
