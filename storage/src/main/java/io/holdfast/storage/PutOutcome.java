package io.holdfast.storage;

/** What a put found. Either way an object of that name is durable when the put returns. */
public enum PutOutcome {
  /** The object is there now, with the content of this call. */
  CREATED,
  /** An object of that name was there before and is untouched. */
  EXISTS
}
