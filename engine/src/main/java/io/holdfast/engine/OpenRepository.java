package io.holdfast.engine;

import io.holdfast.repository.CipherWarmUp;
import io.holdfast.repository.Credential;
import io.holdfast.repository.RecoveryKit;
import io.holdfast.repository.Repositories;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens configured repositories. */
final class OpenRepository {
  private final Surroundings surroundings;

  OpenRepository(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The opened repository; the caller closes it. */
  Repository open(RepositorySettings settings) {
    try (Credential credential = credential(settings.key())) {
      return Repositories.open(store(settings.path()), credential, options(settings));
    }
  }

  /** As above, for reading much: the ciphers are made fast meanwhile. */
  Repository openToReadMuch(RepositorySettings settings) {
    var _ = CipherWarmUp.start();
    return open(settings);
  }

  static ObjectStore store(Path path) {
    return LocalDirectoryStore.open(path);
  }

  RepositoryOptions options(RepositorySettings settings) {
    return new RepositoryOptions(
        surroundings.cache(),
        settings.compression(),
        surroundings.lease(),
        Math.max(2, Runtime.getRuntime().availableProcessors()),
        surroundings.client(),
        surroundings.version(),
        surroundings.clock(),
        surroundings.random());
  }

  /** What the configuration says opens the repository; the caller closes it. */
  Credential credential(KeySettings key) {
    return switch (key) {
      case KeySettings.Passphrase(SecretReference reference) -> passphrase(reference);
      case KeySettings.KeyFile(Path path) -> keyFile(path);
    };
  }

  /** A recovery kit is taken wherever a passphrase is: that is how one gets in without it. */
  private Credential passphrase(SecretReference reference) {
    try (Secret secret = surroundings.secrets().resolve(reference)) {
      char[] chars = secret.toChars();
      try {
        return isRecoveryKit(secret.bytes()) ? recoveryKit(chars) : Credential.passphrase(chars);
      } catch (IllegalArgumentException e) {
        throw new SecretException(reference, String.valueOf(e.getMessage()), "", e);
      } finally {
        Arrays.fill(chars, '\0');
      }
    }
  }

  private static Credential recoveryKit(char[] text) {
    try (RecoveryKit kit = RecoveryKit.parse(text)) {
      return Credential.recoveryKit(kit);
    }
  }

  private static boolean isRecoveryKit(byte[] secret) {
    byte[] start = "HFK1-".getBytes(StandardCharsets.US_ASCII);
    return secret.length > 60 && Arrays.equals(secret, 0, start.length, start, 0, start.length);
  }

  private Credential keyFile(Path path) {
    SecretReference reference = new SecretReference.FileContent(path);
    try (Secret secret = surroundings.secrets().resolveWhole(path)) {
      return Credential.keyFile(secret.bytes());
    } catch (IllegalArgumentException e) {
      throw new SecretException(reference, String.valueOf(e.getMessage()), "", e);
    }
  }
}
