package io.holdfast.postgres;

import java.util.List;

/**
 * How a machine differs from the one that a backed up cluster ran on, as far as it matters to the
 * cluster.
 *
 * @param warnings what the operator should know
 * @param reindex databases whose indexes have to be made anew, each once
 */
public record MachineComparison(List<String> warnings, List<DatabaseReindex> reindex) {
  public MachineComparison {
    warnings = List.copyOf(warnings);
    reindex = List.copyOf(reindex);
  }
}
