package io.holdfast.repository;

import org.jspecify.annotations.Nullable;

/** Opens every chunk of one pack and checks its id. For one thread. */
final class CheckChunks {
  private final ChunkHashing hashing;
  private final PackReader.WholePack pack;
  private final Findings findings;
  private int openBlock = -1;
  private byte @Nullable [] open;

  CheckChunks(ChunkHashing hashing, PackReader.WholePack pack, Findings findings) {
    this.hashing = hashing;
    this.pack = pack;
    this.findings = findings;
  }

  void run() {
    String packName = pack.summary().name().object().value();
    for (PlacedChunk chunk : pack.summary().directory().chunks()) {
      findings.check(
          packName,
          () -> {
            check(chunk, packName + " chunk " + chunk.id());
            findings.chunks.increment();
          });
    }
  }

  private void check(PlacedChunk chunk, String what) {
    byte[] bytes =
        AnyCopy.assemble(chunk.firstBlock(), chunk.offset(), chunk.length(), this::block);
    if (!hashing.hasId(chunk.kind(), 0, bytes, chunk.id())) {
      throw new CorruptObjectException(what, "its bytes do not have the id that names it");
    }
  }

  private byte[] block(int number) {
    byte[] plain = open;
    if (plain == null || number != openBlock) {
      plain = pack.blocks().open(number);
      open = plain;
      openBlock = number;
    }
    return plain;
  }
}
