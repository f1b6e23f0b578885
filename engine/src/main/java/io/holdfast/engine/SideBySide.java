package io.holdfast.engine;

import io.holdfast.repository.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Does something for several things at once, at most {@value #MOST} at a time. */
final class SideBySide {
  private static final int MOST = 8;

  /**
   * The results, in the order of the items. The first failure interrupts the others, which have
   * ended when it is thrown; so has everything if the calling thread is interrupted.
   */
  <I, R> List<R> run(List<I> items, Function<I, R> work) {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.clamp(items.size(), 1, MOST), Thread.ofPlatform().name("source-", 0).factory())) {
      CompletionService<R> completion = new ExecutorCompletionService<>(threads);
      List<Future<R>> futures = new ArrayList<>();
      items.forEach(item -> futures.add(completion.submit(() -> work.apply(item))));
      try {
        for (int i = 0; i < futures.size(); i++) {
          completion.take().get();
        }
        return futures.stream().map(Future::resultNow).toList();
      } catch (ExecutionException e) {
        threads.shutdownNow();
        switch (e.getCause()) {
          case RuntimeException failure -> throw failure;
          case Error error -> throw error;
          case null, default -> throw new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new CancelledException("the backup");
      }
    }
  }
}
