package io.holdfast.repository;

/**
 * Someone who will be able to open a repository.
 *
 * @param name for people, such as {@code operator} or {@code kit of 2026-11-22}; readable by
 *     whoever can read the storage
 */
public record NewHolder(Credential credential, String name) {
  public NewHolder {
    if (name.length() > 200) {
      throw new IllegalArgumentException("the name of a holder has at most 200 characters");
    }
  }
}
