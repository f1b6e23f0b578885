package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Checks that a repository holds what was written to it. Reads only; goes on after a problem, so
 * that a report lists all of them. Memory does not grow with the data.
 */
public final class Verification {
  private final ObjectStore store;
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
      Records records,
      IndexObjects indexObjects,
      ChunkIndex index,
      PackReader packReader,
      ChunkReader chunkReader,
      ChunkHashing hashing,
      ExecutorService cpu,
      int parallelism) {
    this.store = store;
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
    checkListedPacks(findings);
    checkRecords(findings, level);
    if (level != VerificationLevel.OBJECTS) {
      checkIndex(findings);
      checkPacks(findings, level, progress);
    }
    return findings.report(level);
  }

  private void checkListedPacks(Findings findings) {
    ReferencedPacks known = new ReferencedPacks();
    for (IndexRun run : index.runs()) {
      for (int pack = 0; pack < run.packCount(); pack++) {
        known.mark(run.pack(pack));
      }
    }
    PackSizes expected = PackSizes.of(known);
    try (Stream<ObjectStat> packs = store.list(PackName.PREFIX)) {
      packs.forEach(
          pack -> {
            findings.packs.increment();
            findings.bytes.add(pack.size());
            findings.check(
                pack.name().value(),
                () -> {
                  if (!expected.found(pack)) {
                    findings.unusedPacks.increment();
                  }
                });
          });
    }
    expected.forEachMissing(
        pack -> findings.add(pack.object().value(), pack.object() + " is missing"));
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
        BackupName.PREFIX,
        findings,
        (name, object) -> {
          if (records.kindOf(name, object) == ObjectKind.TOMBSTONE) {
            records.open(ObjectKind.TOMBSTONE, name, object, Tombstone.class);
            return;
          }
          BackupRecord record = records.open(ObjectKind.BACKUP, name, object, BackupRecord.class);
          findings.backups.increment();
          for (SourceRecord source : record.sources()) {
            references.check(source.manifest(), level, findings);
          }
        });
    forEach(
        "runs/",
        findings,
        (name, object) -> records.open(ObjectKind.RUN, name, object, RunRecord.class));
    forEach(
        Lease.PREFIX,
        findings,
        (name, object) -> records.open(ObjectKind.SESSION, name, object, SessionRecord.class));
  }

  private interface RecordCheck {
    void check(ObjectName name, byte[] object);
  }

  private void forEach(String prefix, Findings findings, RecordCheck check) {
    try (Stream<ObjectStat> objects = store.list(prefix)) {
      objects
          .map(ObjectStat::name)
          .forEach(name -> findings.check(name.value(), () -> checkIfThere(name, check)));
    }
  }

  /** What was removed since the listing, as leases are, is nobody's loss. */
  private void checkIfThere(ObjectName name, RecordCheck check) {
    byte[] object;
    try {
      object = store.get(name);
    } catch (ObjectNotFoundException e) {
      return;
    }
    check.check(name, object);
  }

  private void checkPacks(Findings findings, VerificationLevel level, LongConsumer progress) {
    try (InOrder<Long> checks = new InOrder<>(cpu, parallelism, progress::accept);
        Stream<ObjectStat> packs = store.list(PackName.PREFIX)) {
      packs.forEach(
          pack ->
              checks.submit(
                  () -> {
                    findings.check(pack.name().value(), () -> checkPack(pack, level, findings));
                    return pack.size();
                  }));
      checks.finish();
    }
  }

  private void checkPack(ObjectStat pack, VerificationLevel level, Findings findings) {
    PackName name = PackName.parse(pack.name());
    byte[] bytes = store.get(pack.name());
    name.requireHashOf(bytes);
    if (level == VerificationLevel.CONTENT) {
      PackReader.WholePack whole = packReader.open(name, bytes);
      CheckChunks check = new CheckChunks(index, chunkReader, hashing, whole, findings);
      check.run();
    }
  }
}
