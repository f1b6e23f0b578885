package io.holdfast.files;

import io.holdfast.repository.ManifestRef;

/**
 * What a backup of a tree did.
 *
 * @param manifest its entries: their number and bytes too
 * @param files regular files in it, each name of a hard link counted
 * @param directories in it, the root too
 * @param others symbolic links, devices, FIFOs, sockets
 * @param filesRead files whose content was read
 * @param filesUnchanged files whose content was taken over from the previous backup
 * @param filesLinked further names of files that had been read already
 * @param warnings what is missing or doubtful
 */
public record TreeBackupResult(
    ManifestRef manifest,
    long files,
    long directories,
    long others,
    long filesRead,
    long filesUnchanged,
    long filesLinked,
    TreeWarnings warnings) {}
