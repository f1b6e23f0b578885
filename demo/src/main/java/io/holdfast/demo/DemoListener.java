package io.holdfast.demo;

import io.holdfast.engine.ProgressListener;

/** Hears what the demo does, to tell it. Called from one thread. */
public interface DemoListener {
  /** A step begins. */
  void step(String title);

  /** Something worth telling about the step, one line. */
  void fact(String text);

  /** Something was compared and found equal, or not. */
  void verdict(boolean equal, String text);

  /** Where the progress of backups and restores goes. */
  ProgressListener progress();
}
