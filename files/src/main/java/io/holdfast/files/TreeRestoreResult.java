package io.holdfast.files;

/**
 * What a restore of a tree did.
 *
 * @param files regular files, each name of a hard link counted
 * @param directories directories, the root too
 * @param others symbolic links, devices, FIFOs, sockets
 * @param bytes of content, holes included
 * @param warnings what is not as it was
 */
public record TreeRestoreResult(
    long files, long directories, long others, long bytes, TreeWarnings warnings) {}
