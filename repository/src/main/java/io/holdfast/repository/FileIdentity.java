package io.holdfast.repository;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Tells which entries of one manifest are names of one file: those of equal identity. Device and
 * inode alone do not: while a tree is read a file may change, and an inode be given to another one.
 * docs/repository-format.md section 11.
 *
 * @param device of the file at the source
 * @param inode of the file at the source
 * @param digest of all that names of one file have in common, in hexadecimal
 */
public record FileIdentity(long device, long inode, String digest) {
  /** Null for what has one name, as directories have. */
  public static @Nullable FileIdentity of(Entry entry) {
    if (entry.links() < 2 || entry.inode() == 0 || entry.type() == NodeType.DIRECTORY) {
      return null;
    }
    Entry common =
        entry
            .copyAs(BytePath.EMPTY)
            .identity(entry.inode(), entry.device(), 1)
            .content(null)
            .flags(Entry.Flags.NONE)
            .build();
    Encoder out = new Encoder().bytes(EntryCodec.encode(common));
    Content content = entry.content();
    if (content != null) {
      content.describe(out);
    }
    String digest = HexFormat.of().formatHex(Sha256.of(out.toBytes()));
    return new FileIdentity(entry.device(), entry.inode(), digest);
  }
}
