package io.holdfast.repository;

import org.jspecify.annotations.Nullable;

/** Opens every chunk of one pack and checks its id. For one thread. */
final class CheckChunks {
  private final ChunkIndex index;
  private final ChunkReader chunks;
  private final ChunkHashing hashing;
  private final PackReader.WholePack pack;
  private final Findings findings;
  private int openBlock = -1;
  private byte @Nullable [] open;

  CheckChunks(
      ChunkIndex index,
      ChunkReader chunks,
      ChunkHashing hashing,
      PackReader.WholePack pack,
      Findings findings) {
    this.index = index;
    this.chunks = chunks;
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
    byte[] bytes = assemble(chunk);
    switch (chunk.kind()) {
      case PAGES -> checkPages(chunk, bytes, what);
      case PAGE_HASHES -> {
        // Checked with the chunk of pages that they belong to, which names them.
      }
      case BYTES, MANIFEST_NODE, CONTENT_NODE -> {
        if (!hashing.hasId(chunk.kind(), 0, bytes, chunk.id())) {
          throw new CorruptObjectException(what, "its bytes do not have the id that names it");
        }
      }
    }
  }

  private void checkPages(PlacedChunk chunk, byte[] bytes, String what) {
    ChunkId hashesId = hashing.pageHashesId(chunk.id());
    if (index.find(hashesId) == null) {
      // A writer that died left the pages without their hashes. No backup refers to them: that is
      // checked where backups are walked.
      return;
    }
    byte[] hashes = chunks.get(hashesId, ChunkKind.PAGE_HASHES);
    int pages = hashes.length / ChunkHashing.PAGE_HASH;
    int pageSize = pages == 0 ? 0 : bytes.length / pages;
    if (!hashing.hasId(ChunkKind.PAGES, pageSize, bytes, chunk.id())) {
      throw new CorruptObjectException(what, "its pages do not have the id that names it");
    }
    if (!hashing.pagesId(pageSize, hashes, 0, hashes.length).equals(chunk.id())) {
      throw new CorruptObjectException(what, "its page hashes are not its own");
    }
  }

  private byte[] assemble(PlacedChunk chunk) {
    byte[] bytes = new byte[chunk.length()];
    int filled = 0;
    int from = chunk.offset();
    for (int block = chunk.firstBlock(); filled < bytes.length; block++) {
      byte[] plain = block(block);
      int part = Math.min(plain.length - from, bytes.length - filled);
      System.arraycopy(plain, from, bytes, filled, part);
      filled += part;
      from = 0;
    }
    return bytes;
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
