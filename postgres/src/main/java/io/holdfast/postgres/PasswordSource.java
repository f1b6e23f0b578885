package io.holdfast.postgres;

/** Gives the password of a database role when a server asks for it. */
@FunctionalInterface
public interface PasswordSource {
  /** A fresh copy for every call; who receives it wipes it. */
  char[] password();
}
