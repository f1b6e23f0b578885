package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file beside the directories of several sources that says which of them a restore has begun to
 * write, so that after a crash the same restore may write them again without being allowed to
 * overwrite. It goes when all of them are complete.
 *
 * @param repository the id of the repository, and of the backup in it
 * @param sources names of the sources that were begun
 */
record UnfinishedRestore(String repository, String backup, List<String> sources) {
  static final BytePath NAME = BytePath.of(".holdfast-restore.json");
  private static final BytePath NEXT = BytePath.of(".holdfast-restore.json.new");
  private static final int MAX_BYTES = 1 << 20;

  UnfinishedRestore {
    Objects.requireNonNull(repository, "repository");
    Objects.requireNonNull(backup, "backup");
    sources = List.copyOf(sources);
  }

  /** What was left in a directory, if anything was. */
  static Optional<UnfinishedRestore> in(BytePath target) {
    byte[] bytes = new byte[MAX_BYTES];
    int count;
    try (DirectoryHandle directory = DirectoryHandle.open(target);
        FileHandle file = directory.openFile(NAME)) {
      count = Math.max(0, file.read(0, bytes, 0, bytes.length));
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return Optional.empty();
      }
      throw failed(target, e);
    }
    try {
      return Optional.of(read(Arrays.copyOf(bytes, count)));
    } catch (JacksonException | NullPointerException e) {
      throw new RestoreException(
          FailureCategory.CONFLICT,
          target.resolve(NAME) + " was not written by a restore",
          "remove it, or choose another directory");
    }
  }

  private static UnfinishedRestore read(byte[] json) {
    JsonNode members = JsonMapper.shared().readTree(json);
    return new UnfinishedRestore(
        members.required("repository").stringValue(),
        members.required("backup").stringValue(),
        members.required("sources").asArray().valueStream().map(JsonNode::stringValue).toList());
  }

  /** Without data binding, which takes 0.1 s at every start. */
  private byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JsonMapper.shared().createGenerator(bytes)) {
      out.writeStartObject();
      out.writeStringProperty("repository", repository);
      out.writeStringProperty("backup", backup);
      out.writeArrayPropertyStart("sources");
      sources.forEach(out::writeString);
      out.writeEndArray();
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  boolean isOf(String otherRepository, String otherBackup) {
    return repository.equals(otherRepository) && backup.equals(otherBackup);
  }

  UnfinishedRestore with(String source) {
    if (sources.contains(source)) {
      return this;
    }
    List<String> more = new ArrayList<>(sources);
    more.add(source);
    return new UnfinishedRestore(repository, backup, more);
  }

  /** Puts it into a directory, durably. */
  void writeTo(BytePath target) {
    byte[] bytes = toJson();
    try (DirectoryHandle directory = DirectoryHandle.open(target)) {
      removeIfThere(directory, NEXT);
      try (FileHandle file = directory.createFile(NEXT, 0600)) {
        file.write(0, bytes, 0, bytes.length);
        file.sync();
      }
      directory.rename(NEXT, directory, NAME);
      directory.sync();
    } catch (PosixException e) {
      throw failed(target, e);
    }
  }

  static void removeFrom(BytePath target) {
    try (DirectoryHandle directory = DirectoryHandle.open(target)) {
      removeIfThere(directory, NEXT);
      removeIfThere(directory, NAME);
      directory.sync();
    } catch (PosixException e) {
      throw failed(target, e);
    }
  }

  private static void removeIfThere(DirectoryHandle directory, BytePath name)
      throws PosixException {
    try {
      directory.remove(name);
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static RestoreException failed(BytePath target, PosixException e) {
    return new RestoreException(
        e.isDenied() ? FailureCategory.ACCESS : FailureCategory.UNAVAILABLE,
        "cannot keep account of the restore in " + target + ": " + e.getMessage(),
        "");
  }
}
