package io.holdfast.storage;

/**
 * What kind of failure stopped an operation; the command line gives each an exit code of its own.
 */
public enum FailureCategory {
  /** The request itself makes no sense: an unknown backup, an impossible option. */
  USAGE,
  /** The configuration is wrong or incomplete. */
  CONFIGURATION,
  /** Something that was asked for does not exist. */
  NOT_FOUND,
  /** A right is missing: of the operating system, of the storage, of the database. */
  ACCESS,
  /** No key that was given opens the repository. */
  KEY,
  /** Stored bytes are not what was written. */
  CORRUPT,
  /** Made by a newer version, or needs a feature that this program or platform lacks. */
  UNSUPPORTED,
  /** A passing fault: trying again later may help. */
  UNAVAILABLE,
  /** No space, or a quota is used up. */
  FULL,
  /** Somebody else did it first, or holds what is needed. */
  CONFLICT,
  /** The operation was cancelled. */
  INTERRUPTED,
  /** A defect of this program. */
  INTERNAL
}
