package io.holdfast.posix;

import java.io.IOException;

/** A call to the operating system failed. The message names the call, the path and the reason. */
public final class PosixException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int errno;
  private final String call;
  private final transient BytePath path;

  /**
   * @param errno error number, see {@link Errno}
   * @param call name of the call, such as "openat"
   * @param path what it was about; may be empty
   */
  public PosixException(int errno, String call, BytePath path) {
    super(message(errno, call, path));
    this.errno = errno;
    this.call = call;
    this.path = path;
  }

  private static String message(int errno, String call, BytePath path) {
    String subject = path.isEmpty() ? "" : path + ": ";
    return subject + ErrorText.of(errno) + " (" + call + ")";
  }

  /** The error number, see {@link Errno}. */
  public int errno() {
    return errno;
  }

  /** The name of the call that failed. */
  public String call() {
    return call;
  }

  /** The path the call was about; empty if it was about none. */
  public BytePath path() {
    return path;
  }

  /** The reason alone, as the system words it: "Permission denied". */
  public String reason() {
    return ErrorText.of(errno);
  }

  /** Whether the file, or a directory on the way to it, is not there. */
  public boolean isAbsent() {
    return errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ESTALE;
  }

  /** Whether the caller lacks a privilege. */
  public boolean isDenied() {
    return errno == Errno.EPERM || errno == Errno.EACCES;
  }

  /** Whether the disk, or the quota, is full. */
  public boolean isFull() {
    return errno == Errno.ENOSPC || errno == Errno.EDQUOT;
  }

  /** Whether the file system cannot do this at all. */
  public boolean isUnsupported() {
    return errno == Errno.EOPNOTSUPP || errno == Errno.ENOSYS;
  }
}
