package io.holdfast.engine;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.util.Collection;

/** A name was asked for that the configuration does not hold, or none where there are several. */
public final class UnknownNameException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private UnknownNameException(String message, String hint) {
    super(FailureCategory.USAGE, message, hint, null);
  }

  static UnknownNameException of(String kind, String name, Collection<String> known) {
    String all = String.join(", ", known);
    if (known.isEmpty()) {
      return new UnknownNameException(
          "the configuration holds no " + kind, "add one to holdfast.yaml");
    }
    if (name.isEmpty()) {
      return new UnknownNameException(
          "the configuration holds more than one " + kind, "name one of " + all);
    }
    return new UnknownNameException(
        "there is no " + kind + " '" + name + "'" + NearestWord.proposal(name, known),
        "the configuration holds " + all);
  }

  static UnknownNameException inRepository(String kind, String name, Collection<String> known) {
    return new UnknownNameException(
        "the repository has no " + kind + " '" + name + "'" + NearestWord.proposal(name, known),
        "it has " + String.join(", ", known));
  }

  static UnknownNameException inBackup(String source, String backup, Collection<String> known) {
    return new UnknownNameException(
        "backup "
            + backup
            + " has no source '"
            + source
            + "'"
            + NearestWord.proposal(source, known),
        "it holds " + String.join(", ", known));
  }
}
