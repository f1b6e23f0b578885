package io.holdfast.cli;

import io.holdfast.engine.ConfigurationSchema;
import io.holdfast.engine.ReadConfiguration;
import io.holdfast.repository.CipherWarmUp;

/**
 * Loads what nearly every command needs in a thread of its own, while the command line is read:
 * together they are most of a short command. Nothing depends on it, and it changes nothing.
 */
final class HeadStart {
  private HeadStart() {}

  /** Starts it, unless the command will need none of it. */
  static void begin(String[] arguments) {
    if (arguments.length > 0 && HoldfastCommand.readsConfiguration(arguments[0])) {
      Thread.ofPlatform().daemon().name("head-start").start(HeadStart::run);
    }
  }

  private static void run() {
    new ReadConfiguration(ConfigurationSchema.packaged()).warmUp();
    CipherWarmUp.load();
  }
}
