package io.holdfast.storage;

import io.holdfast.storage.RecordingStore.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a crash may leave of recorded operations, by the contract of {@link ObjectStore}: all that
 * were acknowledged before it, none that were issued after it, and any of those between, whatever
 * their order. For tests.
 */
public final class CrashStates {
  /** So many underway at once make 1024 states. */
  private static final int MAX_UNDERWAY = 10;

  private CrashStates() {}

  /** Each state once: the operations that took effect, in their order. */
  public static Set<List<Operation>> of(List<Operation> operations) {
    Set<List<Operation>> states = new LinkedHashSet<>();
    states.add(List.of());
    operations.stream()
        .flatMap(operation -> List.of(operation.issued(), operation.acknowledged()).stream())
        .sorted()
        .forEach(instant -> addStatesAt(instant, operations, states));
    return states;
  }

  private static void addStatesAt(
      long instant, List<Operation> operations, Set<List<Operation>> states) {
    List<Operation> done = new ArrayList<>();
    List<Operation> underway = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation.acknowledged() <= instant) {
        done.add(operation);
      } else if (operation.issued() <= instant) {
        underway.add(operation);
      }
    }
    if (underway.size() > MAX_UNDERWAY) {
      throw new IllegalArgumentException(underway.size() + " operations underway are too many");
    }
    for (int some = 0; some < 1 << underway.size(); some++) {
      List<Operation> state = new ArrayList<>(done);
      for (int i = 0; i < underway.size(); i++) {
        if ((some & 1 << i) != 0) {
          state.add(underway.get(i));
        }
      }
      states.add(inOrder(state));
    }
  }

  /** Operations in the order in which they took effect. */
  public static List<Operation> inOrder(List<Operation> operations) {
    return operations.stream().sorted(Comparator.comparingLong(Operation::acknowledged)).toList();
  }
}
