package io.holdfast.repository;

/** JSON is not of the form that is asked for; whoever knows what was read says so in its place. */
final class MalformedJsonException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedJsonException(String why) {
    super(why);
  }
}
