package io.holdfast.engine;

import io.holdfast.repository.Argon2Cost;
import io.holdfast.repository.Credential;
import io.holdfast.repository.Family;
import io.holdfast.repository.NewHolder;
import io.holdfast.repository.RecoveryKit;
import io.holdfast.repository.Repositories;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.LocalDirectoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a new repository. */
public final class InitRepository {
  private static final int KEY_LENGTH = 64;

  private static final Set<String> UNFINISHED =
      Set.of(LocalDirectoryStore.TEMPORARY, "keys", "epochs");

  private final Surroundings surroundings;

  public InitRepository(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What is to be made.
   *
   * @param recoveryKit whether to make a recovery kit too
   * @param like a repository whose family the new one joins
   */
  public record Request(
      RepositorySettings repository, boolean recoveryKit, Optional<RepositorySettings> like) {}

  /**
   * What was made.
   *
   * @param id the repository's id
   * @param place where it is
   * @param keyFile the key file that was made, if there was none
   * @param kit the page to print; it is kept nowhere
   */
  public record Result(String id, String place, Optional<Path> keyFile, Optional<String> kit) {
    /** Whoever reads a kit can open the repository: not for printing by accident. */
    @Override
    public String toString() {
      return "Result[" + id + ", " + place + "]";
    }
  }

  /**
   * Makes the repository. A key file that is configured and missing is made first.
   *
   * @throws io.holdfast.repository.RepositoryException when there is a repository already
   */
  public Result run(Request request) {
    RepositorySettings settings = request.repository();
    OpenRepository open = new OpenRepository(surroundings);
    Optional<RecoveryKit> kit =
        request.recoveryKit()
            ? Optional.of(RecoveryKit.next(surroundings.random()))
            : Optional.empty();
    if (Files.isDirectory(settings.path())) {
      // First, or a new key file that opens nothing would take the place of the one that is lost.
      Repositories.requireNone(store(settings.path()));
    }
    Optional<Path> keyFile = makeKeyFile(settings.key());
    LocalDirectoryStore store = store(settings.path());
    try (Credential credential = open.credential(settings.key());
        Repository repository = create(open, request, store, credential, kit)) {
      String place = repository.describe();
      String created = surroundings.clock().instant().toString();
      return new Result(
          repository.id(),
          place,
          keyFile,
          kit.map(made -> made.page(repository.id(), place, created)));
    } finally {
      kit.ifPresent(RecoveryKit::close);
    }
  }

  /** An init that was broken off left nothing but keys, which nobody uses: it can be repeated. */
  private static LocalDirectoryStore store(Path directory) {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        List<String> names = entries.map(entry -> entry.getFileName().toString()).toList();
        if (!names.isEmpty() && (names.contains("format") || UNFINISHED.containsAll(names))) {
          return LocalDirectoryStore.open(directory);
        }
      } catch (IOException e) {
        throw new RestoreException(
            FailureCategory.ACCESS, "cannot look into " + directory + ": " + e.getMessage(), "");
      }
    }
    return LocalDirectoryStore.create(directory);
  }

  private Repository create(
      OpenRepository open,
      Request request,
      LocalDirectoryStore store,
      Credential credential,
      Optional<RecoveryKit> kit) {
    List<NewHolder> holders = new ArrayList<>();
    holders.add(new NewHolder(credential, "configuration of " + surroundings.client()));
    Optional<Credential> printed = kit.map(Credential::recoveryKit);
    printed.ifPresent(holder -> holders.add(new NewHolder(holder, "recovery kit")));
    RepositoryOptions options = open.options(request.repository());
    try {
      if (request.like().isEmpty()) {
        return Repositories.create(store, holders, Argon2Cost.DEFAULT, null, options);
      }
      RepositorySettings like = request.like().get();
      try (Credential other = open.credential(like.key())) {
        Family family = new Family(OpenRepository.store(like.path()), other);
        return Repositories.create(store, holders, Argon2Cost.DEFAULT, family, options);
      }
    } finally {
      printed.ifPresent(Credential::close);
    }
  }

  private Optional<Path> makeKeyFile(KeySettings key) {
    if (!(key instanceof KeySettings.KeyFile(Path path))) {
      return Optional.empty();
    }
    byte[] bytes = new byte[KEY_LENGTH];
    surroundings.random().nextBytes(bytes);
    try (FileChannel file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      file.write(ByteBuffer.wrap(bytes));
      file.force(true);
      return Optional.of(path);
    } catch (FileAlreadyExistsException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new RestoreException(
          FailureCategory.ACCESS, "cannot make the key file " + path + ": " + e.getMessage(), "");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
