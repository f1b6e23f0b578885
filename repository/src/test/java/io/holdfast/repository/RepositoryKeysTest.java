package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.RecordingStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RepositoryKeysTest {
  private static final Argon2Cost CHEAP = new Argon2Cost(32, 1, 1);

  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(7);
  private final RecoveryKit kit = RecoveryKit.next(random);

  private static Credential passphrase(String text) {
    return Credential.passphrase(text.toCharArray());
  }

  private static Credential keyFile(int first) {
    byte[] bytes = new byte[64];
    bytes[0] = (byte) first;
    return Credential.keyFile(bytes);
  }

  private CreateKeys creating(ObjectStore where) {
    return new CreateKeys(where, Clock.systemUTC(), random, CHEAP);
  }

  private KeyRing create() {
    return creating(store)
        .create(
            List.of(
                new NewHolder(passphrase("correct horse"), "operator"),
                new NewHolder(keyFile(1), "server"),
                new NewHolder(Credential.recoveryKit(kit), "kit")),
            null);
  }

  private KeyRing open(Credential credential) {
    return new OpenKeys(store).open(credential);
  }

  private List<ObjectName> names(String prefix) {
    try (Stream<ObjectStat> list = store.list(prefix)) {
      return list.map(ObjectStat::name).toList();
    }
  }

  private static byte[] seal(KeyRing ring) {
    return SealedObject.seal(
        ring, ObjectKind.RUN, RandomId.next(new Random(3)), "runs/1", "text".getBytes(UTF_8));
  }

  @Test
  void everyHolderOpensTheSameKeys() {
    byte[] object = seal(create());
    for (Credential credential :
        List.of(
            passphrase("correct horse"),
            keyFile(1),
            Credential.recoveryKit(RecoveryKit.parse(kit.text().toCharArray())))) {
      try (KeyRing ring = open(credential)) {
        assertThat(SealedObject.open(ring, ObjectKind.RUN, ObjectName.of("runs/1"), object, 1000))
            .isEqualTo("text".getBytes(UTF_8));
      }
    }
  }

  @Test
  void aPassphraseIsTheSameHoweverItsAccentsAreEncoded() {
    creating(store).create(List.of(new NewHolder(passphrase("caf\u00e9"), "operator")), null);
    assertThat(open(passphrase("cafe\u0301")).currentEpoch()).isNotNull();
  }

  @Test
  void aWrongCredentialIsToldFromDamage() {
    create();
    for (Credential wrong :
        List.of(
            passphrase("wrong"),
            keyFile(2),
            Credential.recoveryKit(RecoveryKit.next(new Random(99))))) {
      assertThatExceptionOfType(WrongKeyException.class)
          .isThrownBy(() -> open(wrong))
          .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.KEY))
          .withMessageContaining(wrong.kind().toString());
    }
  }

  @Test
  void everyFlippedByteOfAKeyObjectIsDamageAndNotAWrongPassphrase() {
    creating(store).create(List.of(new NewHolder(passphrase("correct horse"), "operator")), null);
    ObjectName name = names("keys/").getFirst();
    byte[] sound = store.get(name);
    for (int i = 0; i < sound.length; i++) {
      byte[] bad = sound.clone();
      bad[i] ^= (byte) (1 << (i % 8));
      store.replace(name, bad);
      assertThatExceptionOfType(CorruptObjectException.class)
          .as("byte %d", i)
          .isThrownBy(() -> open(passphrase("correct horse")))
          .withMessageContaining(name.value());
    }
  }

  @Test
  void aForgedKeyObjectUnderItsOwnHashDoesNotOpen() {
    creating(store).create(List.of(new NewHolder(keyFile(1), "server")), null);
    ObjectName name = names("keys/").getFirst();
    byte[] sound = store.get(name);
    store.delete(name);
    for (int i = 0; i < sound.length; i++) {
      byte[] bad = sound.clone();
      bad[i] ^= 1;
      ObjectName forged = KeyObject.name(bad);
      store.put(forged, ByteBuffer.wrap(bad));
      assertThatExceptionOfType(RepositoryException.class)
          .as("byte %d", i)
          .isThrownBy(() -> open(keyFile(1)));
      store.delete(forged);
    }
  }

  @Test
  void oneDamagedHolderDoesNotKeepTheOthersOut() {
    create();
    for (ObjectName name : names("keys/")) {
      byte[] sound = store.get(name);
      store.replace(name, Arrays.copyOf(sound, sound.length - 1));
      int opened = 0;
      for (Credential credential :
          List.of(passphrase("correct horse"), keyFile(1), Credential.recoveryKit(kit))) {
        try (KeyRing ring = open(credential)) {
          opened += ring.currentEpoch().equals(RandomId.NONE) ? 0 : 1;
        } catch (CorruptObjectException e) {
          assertThat(e).hasMessageContaining(name.value());
        }
      }
      assertThat(opened).isEqualTo(2);
      store.replace(name, sound);
    }
  }

  @Test
  void everyFlippedByteOfTheFormatObjectIsNoticed() {
    create();
    byte[] sound = store.get(FormatObject.NAME);
    for (int i = 0; i < sound.length; i++) {
      byte[] bad = sound.clone();
      bad[i] ^= 1;
      store.replace(FormatObject.NAME, bad);
      assertThatExceptionOfType(RepositoryException.class)
          .as("byte %d", i)
          .isThrownBy(() -> open(keyFile(1)))
          .satisfies(
              e ->
                  assertThat(e.category())
                      .isIn(FailureCategory.CORRUPT, FailureCategory.UNSUPPORTED));
    }
  }

  @Test
  void everyFlippedByteOfAnEpochObjectIsNoticed() {
    create();
    ObjectName name = names("epochs/").getFirst();
    byte[] sound = store.get(name);
    for (int i = 0; i < sound.length; i++) {
      byte[] bad = sound.clone();
      bad[i] ^= 1;
      store.replace(name, bad);
      assertThatExceptionOfType(RepositoryException.class)
          .as("byte %d", i)
          .isThrownBy(() -> open(keyFile(1)));
    }
    for (int length = 0; length < sound.length; length++) {
      store.replace(name, Arrays.copyOf(sound, length));
      assertThatExceptionOfType(CorruptObjectException.class).isThrownBy(() -> open(keyFile(1)));
    }
  }

  @Test
  void anEpochMovedToAnotherNameIsNotWrittenIn() {
    create();
    byte[] epoch = store.get(names("epochs/").getFirst());
    store.put(EpochObject.name(RandomId.next(random)), ByteBuffer.wrap(epoch));
    KeyRing ring = open(keyFile(1));
    assertThat(ring.warnings()).singleElement().asString().contains("it is the object of epoch");
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(ring::currentEpoch)
        .withMessageContaining("it is the object of epoch");
  }

  @Test
  void anEpochThatBeganMeanwhileIsFetched() {
    create();
    KeyRing early = open(keyFile(1));
    MemoryStore other = store.copy();
    ObjectName first = names("epochs/").getFirst();
    byte[] object = seal(early);
    store.delete(first);
    KeyRing none =
        new KeyRing(
            store,
            early.repository(),
            Sha256.of(store.get(FormatObject.NAME)),
            Map.of(1L, rootOf(keyFile(1))));
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> openRun(none, object))
        .withMessageContaining("does not exist");
    store.put(first, ByteBuffer.wrap(other.get(first)));
    assertThat(openRun(none, object)).isEqualTo("text".getBytes(UTF_8));
  }

  private static byte[] openRun(KeyRing ring, byte[] object) {
    return SealedObject.open(ring, ObjectKind.RUN, ObjectName.of("runs/1"), object, 1000);
  }

  private RootKey rootOf(Credential credential) {
    byte[] format = store.get(FormatObject.NAME);
    RandomId repository = FormatObject.decode(format).repositoryId();
    return names("keys/").stream()
        .map(name -> KeyObject.decode(name, store.get(name), repository))
        .flatMap(key -> key.open(credential, Sha256.of(format)).stream())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anInterruptedCreationLeavesNothingThatDisturbs() {
    RecordingStore recording = new RecordingStore(new MemoryStore());
    creating(recording).create(List.of(new NewHolder(keyFile(1), "server")), null);
    int steps = recording.changes().size();
    for (int i = 0; i < steps; i++) {
      MemoryStore crashed = recording.after(i);
      assertThat(Repositories.exists(crashed)).isFalse();
      assertThatExceptionOfType(RepositoryException.class)
          .isThrownBy(() -> new OpenKeys(crashed).open(keyFile(1)))
          .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.NOT_FOUND));
      creating(crashed).create(List.of(new NewHolder(keyFile(1), "server")), null);
      assertThat(new OpenKeys(crashed).open(keyFile(1)).currentEpoch()).isNotNull();
    }
    assertThat(Repositories.exists(recording.after(steps))).isTrue();
  }

  @Test
  void aRepositoryIsNotMadeTwice() {
    create();
    assertThatExceptionOfType(RepositoryException.class)
        .isThrownBy(this::create)
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.CONFLICT));
  }

  @Test
  void aFamilySharesChunkSecretsAndNothingElse() {
    KeyRing first = create();
    MemoryStore second = new MemoryStore();
    KeyRing like = creating(second).create(List.of(new NewHolder(keyFile(9), "server")), first);
    KeyRing alone =
        creating(new MemoryStore()).create(List.of(new NewHolder(keyFile(9), "server")), null);
    assertThat(chunkId(like)).isEqualTo(chunkId(first));
    assertThat(chunkId(alone)).isNotEqualTo(chunkId(first));
    assertThat(like.repository()).isNotEqualTo(first.repository());
    byte[] object = seal(first);
    assertThatExceptionOfType(CorruptObjectException.class).isThrownBy(() -> openRun(like, object));
  }

  private static ChunkId chunkId(KeyRing ring) {
    try (Secret domain = ring.defaultDomain()) {
      DomainSecrets secrets = DomainKeys.secrets(domain);
      return new ChunkHashing(secrets.chunkIdKey(), secrets.pageHashKey())
          .chunkId(ChunkKind.BYTES, new byte[100], 0, 100);
    }
  }

  @Test
  void closedKeysAreGone() {
    KeyRing ring = create();
    ring.close();
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> seal(ring));
  }

  @Test
  void aNewerFormatIsRefused() {
    create();
    store.put(ObjectName.of("format/2"), ByteBuffer.wrap(new byte[10]));
    assertThatExceptionOfType(UnsupportedFormatException.class).isThrownBy(() -> open(keyFile(1)));
  }

  @Test
  void noSecretIsPrinted() {
    assertThat(passphrase("hunter2").toString()).doesNotContain("hunter2");
    assertThat(kit.toString()).isEqualTo("RecoveryKit");
    assertThat(rootlessText()).doesNotContain("[");
  }

  private String rootlessText() {
    create();
    return rootOf(keyFile(1)).toString().replace("RootKey[", "");
  }
}
