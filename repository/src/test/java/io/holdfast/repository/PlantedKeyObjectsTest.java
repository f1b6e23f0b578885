package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What lies among the key objects keeps nobody out whose own is sound, and costs them little. */
class PlantedKeyObjectsTest {
  private static final Argon2Cost CHEAP = new Argon2Cost(32, 1, 1);
  private static final String COST = "\"memoryKiB\":32,\"passes\":1";
  private static final String TOO_MUCH = "\"memoryKiB\":1048576,\"passes\":64";
  private static final int GETS_OF_OPENING = 3; // the format, the key that is tried, the epoch

  private final MemoryStore store = new MemoryStore();
  private final FaultyStore counted = new FaultyStore(store);
  private final Random random = new Random(7);

  private static Credential passphrase(String text) {
    return Credential.passphrase(text.toCharArray());
  }

  private ObjectName create() {
    new CreateKeys(store, Clock.systemUTC(), random, CHEAP)
        .create(List.of(new NewHolder(passphrase("correct"), "operator")), null)
        .close();
    try (Stream<ObjectStat> list = store.list(KeyObject.PREFIX)) {
      return list.map(ObjectStat::name).findFirst().orElseThrow();
    }
  }

  private void open(String passphrase) {
    new OpenKeys(counted).open(passphrase(passphrase)).close();
  }

  private void plant(byte[] object) {
    store.put(KeyObject.name(object), ByteBuffer.wrap(object));
  }

  private byte[] changed(ObjectName key, int at, int value) {
    byte[] object = store.get(key);
    object[at] = (byte) value;
    return object;
  }

  private byte[] withHolder(ObjectName key, UnaryOperator<String> change) {
    ByteBuffer in = ByteBuffer.wrap(store.get(key));
    byte[] header = new byte[ObjectHeader.LENGTH];
    in.get(header);
    byte[] json = new byte[in.getInt()];
    in.get(json);
    byte[] rest = new byte[in.remaining()];
    in.get(rest);
    byte[] other = change.apply(new String(json, UTF_8)).getBytes(UTF_8);
    assertThat(other).isNotEqualTo(json);
    return new Encoder().bytes(header).u32(other.length).bytes(other).bytes(rest).toBytes();
  }

  private static String otherHolder(String json) {
    return json.replaceFirst("\"holder\":\"[0-9a-f]{8}", "\"holder\":\"00000000");
  }

  @Test
  void oneOfANewerVersionIsPassedOverAndToldOnlyWhenNothingOpens() {
    ObjectName own = create();
    plant(changed(own, 9, 2));
    open("correct");
    store.delete(own);
    assertThatExceptionOfType(UnsupportedFormatException.class)
        .isThrownBy(() -> open("correct"))
        .withMessageContaining("version 2");
  }

  @Test
  void oneWithAnUnknownKeyDerivationIsPassedOver() {
    ObjectName own = create();
    plant(withHolder(own, json -> json.replace("argon2id", "argon3")));
    open("correct");
    store.delete(own);
    assertThatExceptionOfType(UnsupportedFormatException.class)
        .isThrownBy(() -> open("correct"))
        .withMessageContaining("argon3");
  }

  @Test
  void manyOfOtherRepositoriesDoNotCrowdOutOnesOwn() {
    ObjectName own = create();
    for (int i = 0; i < 2000; i++) {
      byte[] other = store.get(own);
      random.nextBytes(other);
      plant(other);
    }
    open("correct");
  }

  @Test
  void oneOfAnotherHolderThatAsksForMuchIsNotTriedBeforeOnesOwn() {
    ObjectName own = create();
    plant(withHolder(own, json -> otherHolder(json).replace(COST, TOO_MUCH)));
    open("correct");
    assertThat(counted.count(FaultyStore.Call.GET)).isEqualTo(2 + GETS_OF_OPENING);
  }

  @Test
  void oneOfTheSameHolderThatAsksForMoreIsNotTried() {
    ObjectName own = create();
    plant(withHolder(own, json -> json.replace(COST, TOO_MUCH)));
    open("correct");
    assertThat(counted.count(FaultyStore.Call.GET)).isEqualTo(2 + GETS_OF_OPENING);
  }

  @Test
  void whatAsksForMoreMemoryThanThereIsIsNotTried() {
    ObjectName own = create();
    plant(withHolder(own, json -> otherHolder(json).replace(COST, TOO_MUCH)));
    byte[] format = store.get(FormatObject.NAME);
    FindRootKeys find =
        new FindRootKeys(
            store, FormatObject.decode(format).repositoryId(), Sha256.of(format), 100 << 20);
    assertThatExceptionOfType(RepositoryException.class)
        .isThrownBy(() -> find.find(passphrase("wrong")))
        .withMessageContaining("1024 MiB of memory")
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.UNSUPPORTED));
  }

  @Test
  void aCreationWhoseLastAnswerWasLostSucceeds() {
    FaultyStore lossy =
        new FaultyStore(store)
            .losingAnswers()
            .fail(
                FaultyStore.Call.PUT,
                3, // after the key and the epoch
                () -> new StorageUnavailableException("the answer was lost", "", null));
    new CreateKeys(lossy, Clock.systemUTC(), random, CHEAP)
        .create(List.of(new NewHolder(passphrase("correct"), "operator")), null)
        .close();
    open("correct");
  }
}
