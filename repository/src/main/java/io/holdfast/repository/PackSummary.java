package io.holdfast.repository;

/**
 * One pack as an index object lists it; docs/repository-format.md section 8.
 *
 * @param epoch and salt of the pack's header
 */
record PackSummary(
    PackName name,
    int size,
    PackKind kind,
    RandomId epoch,
    RandomId salt,
    PackDirectory directory) {
  /** Bytes that a pack has at most. */
  static final int MAX_SIZE = 64 << 20;

  void encode(Encoder out) {
    Encoder body = new Encoder(64 + directory.chunks().size() * 40);
    directory.encode(body);
    out.bytes(name.rawBytes()).varint(size).u8(kind.code());
    out.bytes(epoch.rawBytes()).bytes(salt.rawBytes());
    out.varint(body.size()).bytes(body.toBytes());
  }

  /** Reads a summary and checks that the pack is large enough for its blocks. */
  static PackSummary decode(Decoder in) {
    PackSummary pack =
        new PackSummary(
            new PackName(in.bytes(PackName.LENGTH)),
            in.size(MAX_SIZE),
            PackKind.of(in.u8(), in.what()),
            RandomId.read(in),
            RandomId.read(in),
            PackDirectory.decode(in.slice(in.size(PackDirectory.MAX_SEALED))));
    if (pack.size < pack.directory.blocksEnd()) {
      throw in.damaged("a pack that it lists is shorter than its blocks");
    }
    return pack;
  }
}
