package io.holdfast.cli;

import io.holdfast.storage.FailureCategory;

/**
 * What the program's exit code says; the table of docs/cli.md. After a signal the JVM ends with the
 * signal's number + 128, whatever the command returns.
 */
enum ExitCode {
  OK(0, "done"),
  INTERNAL(1, "a defect of this program: please report it, with --debug"),
  USAGE(2, "the request makes no sense: unknown command, option, policy or backup type"),
  CONFIGURATION(3, "the configuration is wrong or incomplete"),
  NOT_FOUND(4, "something that was asked for does not exist"),
  ACCESS(5, "a right is missing: of the operating system, the storage or the database"),
  KEY(6, "no key that was given opens the repository"),
  CORRUPT(7, "stored bytes are not what was written"),
  UNSUPPORTED(8, "made by a newer version, or needs something that is missing here"),
  UNAVAILABLE(9, "a passing fault: trying again later may help"),
  FULL(10, "no space, or a quota is used up"),
  CONFLICT(11, "somebody else did it first, or the target is in use"),
  WARNINGS(12, "done, with warnings: they are on standard error"),
  ABSENT(104, "wal fetch: there is no such file; the launcher makes it 1, as servers expect"),
  INTERRUPTED(130, "cancelled, by SIGINT (Ctrl-C)"),
  TERMINATED(143, "cancelled, by SIGTERM");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  String meaning() {
    return meaning;
  }

  static ExitCode of(FailureCategory category) {
    return switch (category) {
      case USAGE -> USAGE;
      case CONFIGURATION -> CONFIGURATION;
      case NOT_FOUND -> NOT_FOUND;
      case ACCESS -> ACCESS;
      case KEY -> KEY;
      case CORRUPT -> CORRUPT;
      case UNSUPPORTED -> UNSUPPORTED;
      case UNAVAILABLE -> UNAVAILABLE;
      case FULL -> FULL;
      case CONFLICT -> CONFLICT;
      case INTERRUPTED -> INTERRUPTED;
      case INTERNAL -> INTERNAL;
    };
  }
}
