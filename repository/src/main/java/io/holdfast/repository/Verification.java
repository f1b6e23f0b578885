package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Checks that a repository holds what was written to it. Reads only; goes on after a problem, so
 * that a report lists all of them. Memory does not grow with the data.
 */
public final class Verification {
  private final ObjectStore store;
  private final ObjectKeys keys;
  private final Records records;
  private final IndexObjects indexObjects;
  private final ChunkIndex index;
  private final PackReader packReader;
  private final ChunkReader chunkReader;
  private final ChunkHashing hashing;
  private final ExecutorService cpu;
  private final int parallelism;

  Verification(
      ObjectStore store,
      ObjectKeys keys,
      Records records,
      IndexObjects indexObjects,
      ChunkIndex index,
      PackReader packReader,
      ChunkReader chunkReader,
      ChunkHashing hashing,
      ExecutorService cpu,
      int parallelism) {
    this.store = store;
    this.keys = keys;
    this.records = records;
    this.indexObjects = indexObjects;
    this.index = index;
    this.packReader = packReader;
    this.chunkReader = chunkReader;
    this.hashing = hashing;
    this.cpu = cpu;
    this.parallelism = parallelism;
  }

  /**
   * Verifies the whole repository.
   *
   * @param progress told the bytes of each pack that was looked at
   */
  public VerificationReport run(VerificationLevel level, LongConsumer progress) {
    Findings findings = new Findings();
    DamagedPacks damaged = new DamagedPacks();
    List<IndexRun> runs = index.runs();
    PackSet named = LostPacks.named(runs);
    countObjects(named, findings);
    if (findings.unusedPacks.sum() > 0) {
      index.takeInUnnamed();
    }
    keys.verify(findings);
    findLost(runs, damaged);
    if (level != VerificationLevel.OBJECTS) {
      checkIndex(findings);
      checkPacks(named, damaged, findings, level, progress);
    }
    index.leaveOut(damaged.all());
    damaged.report(index, runs, findings);
    checkRecords(findings, level);
    reportLostIndex(findings);
    return findings.report(level);
  }

  private void countObjects(PackSet named, Findings findings) {
    try (Stream<ObjectStat> objects = store.list("")) {
      objects.forEach(
          object -> {
            if (NameForm.PACK.fits(object.name())) {
              countPack(object, named, findings);
            } else if (!NameForm.fitsAny(object.name())) {
              findings.addStranger(object.name());
            }
          });
    }
  }

  private static void countPack(ObjectStat pack, PackSet named, Findings findings) {
    findings.packs.increment();
    findings.bytes.add(pack.size());
    if (!named.contains(PackName.ofObject(pack.name()).key())) {
      findings.unusedPacks.increment();
    }
  }

  private void findLost(List<IndexRun> runs, DamagedPacks damaged) {
    LostPacks lost = LostPacks.find(store, runs);
    for (IndexRun run : runs) {
      for (int number = 0; !lost.isEmpty() && number < run.packCount(); number++) {
        IndexedPack pack = run.pack(number);
        if (lost.contains(pack)) {
          damaged.add(pack.key(), whyLost(pack));
        }
      }
    }
  }

  private String whyLost(IndexedPack pack) {
    return store
        .stat(pack.name().object())
        .map(is -> pack + " has " + is.size() + " bytes where the index says " + pack.size())
        .orElse(pack + " is missing");
  }

  /** No backup refers to a pack that its writer did not put an index object for. */
  private void reportLostIndex(Findings findings) {
    int needed = index.neededUnnamed();
    if (needed > 0) {
      findings.unusedPacks.add(-needed);
      findings.add(
          IndexObjects.PREFIX,
          "no index object names "
              + (needed == 1 ? "a pack that backups need" : needed + " packs that backups need")
              + ": index objects were lost; what is in the packs can be read all the same, and the"
              + " next backup puts others");
    }
  }

  /** The cache may hide damage to the index objects from everyone else. */
  private void checkIndex(Findings findings) {
    for (String name : indexObjects.list()) {
      findings.check(IndexObjects.PREFIX + name, () -> indexObjects.read(name));
    }
  }

  private void checkRecords(Findings findings, VerificationLevel level) {
    CheckReferences references = new CheckReferences(index, chunkReader, hashing);
    forEach(
        NameForm.BACKUP,
        ObjectKind.BACKUP,
        findings,
        (name, object) -> {
          if (records.kindOf(name, object) == ObjectKind.TOMBSTONE) {
            records.open(ObjectKind.TOMBSTONE, name, object, Tombstone::read);
            return;
          }
          BackupRecord record = records.open(ObjectKind.BACKUP, name, object, BackupRecord::read);
          findings.backups.increment();
          for (SourceRecord source : record.sources()) {
            references.check(source.manifest(), level, findings);
          }
        });
    forEach(
        NameForm.RUN,
        ObjectKind.RUN,
        findings,
        (name, object) -> records.open(ObjectKind.RUN, name, object, RunRecord::read));
    forEach(
        NameForm.SESSION,
        ObjectKind.SESSION,
        findings,
        (name, object) -> records.open(ObjectKind.SESSION, name, object, SessionRecord::read));
  }

  private interface RecordCheck {
    void check(ObjectName name, byte[] object);
  }

  private void forEach(NameForm form, ObjectKind kind, Findings findings, RecordCheck check) {
    try (Stream<ObjectStat> objects = form.list(store)) {
      objects
          .map(ObjectStat::name)
          .forEach(name -> findings.check(name.value(), () -> checkIfThere(name, kind, check)));
    }
  }

  /** What was removed since the listing, as leases are, is nobody's loss. */
  private void checkIfThere(ObjectName name, ObjectKind kind, RecordCheck check) {
    byte[] object;
    try {
      object = kind.read(store, name);
    } catch (ObjectNotFoundException e) {
      return;
    }
    check.check(name, object);
  }

  private void checkPacks(
      PackSet named,
      DamagedPacks damaged,
      Findings findings,
      VerificationLevel level,
      LongConsumer progress) {
    try (InOrder<Long> checks =
            new InOrder<>("the verification", cpu, parallelism, progress::accept);
        Stream<ObjectStat> packs = NameForm.PACK.list(store)) {
      packs.forEach(
          pack ->
              checks.submit(
                  () -> {
                    checkPack(pack, named, damaged, level, findings);
                    return pack.size();
                  }));
      checks.finish();
    }
  }

  /** A damaged pack that the index names is judged later; one that it does not, at once. */
  private void checkPack(
      ObjectStat pack,
      PackSet named,
      DamagedPacks damaged,
      VerificationLevel level,
      Findings findings) {
    PackName name = PackName.ofObject(pack.name());
    findings.check(
        pack.name().value(),
        () -> {
          try {
            checkPack(name, level, findings);
          } catch (UnusableObjectException e) {
            damaged.add(name.key(), String.valueOf(e.getMessage()));
            if (!named.contains(name.key())) {
              throw e;
            }
          }
        });
  }

  private void checkPack(PackName name, VerificationLevel level, Findings findings) {
    byte[] bytes = packReader.readBytes(name);
    name.requireHashOf(bytes);
    if (level == VerificationLevel.CONTENT) {
      new CheckChunks(hashing, packReader.open(name, bytes), findings).run();
    }
  }
}
