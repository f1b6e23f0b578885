package io.holdfast.posix;

/** Opens a directory some levels down: in one call where the kernel can, else name by name. */
final class DescendingWalk {
  private static final int MAX_PATH = 4095;

  private DescendingWalk() {}

  static DirectoryHandle open(DirectoryHandle top, BytePath below) throws PosixException {
    if (below.length() <= MAX_PATH) {
      try {
        return top.openBeneathAtOnce(below);
      } catch (PosixException e) {
        // Old kernels do not know the call, some sandboxes forbid it, and it gives up when others
        // rename on the way; the walk settles all of these.
        if (e.errno() != Errno.ENOSYS && e.errno() != Errno.EPERM && e.errno() != Errno.EAGAIN) {
          throw e;
        }
      }
    }
    return openByName(top, below);
  }

  static DirectoryHandle openByName(DirectoryHandle top, BytePath below) throws PosixException {
    DirectoryHandle at = top.reopen();
    for (BytePath name : below.components()) {
      try (DirectoryHandle parent = at) {
        at = parent.openDirectory(name);
      }
    }
    return at;
  }
}
