package io.holdfast.storage;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class LocalDirectoryStoreContractTest extends ObjectStoreContract {
  @TempDir private Path directory;
  private ObjectStore store = new MemoryStore();

  @BeforeEach
  void create() {
    store = LocalDirectoryStore.create(directory.resolve("store"));
  }

  @Override
  protected ObjectStore store() {
    return store;
  }
}
