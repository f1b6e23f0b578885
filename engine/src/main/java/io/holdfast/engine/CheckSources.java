package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.PosixException;
import io.holdfast.postgres.ClusterPreflight;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.PreflightFinding;
import io.holdfast.postgres.ReadMethod;
import io.holdfast.postgres.receiver.SynchronousRights;
import io.holdfast.repository.Repository;
import io.holdfast.storage.HoldfastException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks whether a backup and a restore would work, before they have to. Changes nothing. */
public final class CheckSources {
  private final Surroundings surroundings;

  public CheckSources(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** How bad a finding is. */
  public enum Severity {
    FINE,
    WARNING,
    PROBLEM
  }

  /**
   * Something that was looked at.
   *
   * @param subject the source or repository
   * @param remedy what to do; empty when there is nothing to
   */
  public record Finding(String subject, Severity severity, String message, String remedy) {}

  /** Looks at every repository and every source, whatever is wrong with the others. */
  public List<Finding> run(Configuration configuration) {
    List<Finding> findings = new ArrayList<>();
    configuration.repositories().values().forEach(settings -> findings.add(repository(settings)));
    for (SourceSettings source : configuration.sources().values()) {
      switch (source) {
        case SourceSettings.Postgresql database -> findings.addAll(database(database));
        case SourceSettings.Tree tree -> findings.add(tree(tree));
      }
    }
    return findings;
  }

  private Finding repository(RepositorySettings settings) {
    String subject = "repository " + settings.name();
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      requireWritable(settings.path());
      return new Finding(
          subject,
          Severity.FINE,
          "opens: " + repository.describe() + ", id " + repository.id(),
          "");
    } catch (HoldfastException e) {
      return problem(subject, e);
    } catch (PosixException e) {
      return new Finding(
          subject,
          Severity.PROBLEM,
          "opens, but cannot be written: " + e.getMessage(),
          "Check owner and mode of the directory, its space, and that it is mounted read-write.");
    }
  }

  /** The repository and what is right below it: names of objects begin there. */
  private static void requireWritable(Path repository) throws PosixException {
    try (DirectoryHandle root = DirectoryHandle.open(BytePath.of(repository.toString()));
        DirectoryReader names = root.read()) {
      root.requireWritable();
      for (BytePath name = names.next(); name != null; name = names.next()) {
        if (root.status(name).isDirectory()) {
          try (DirectoryHandle directory = root.openDirectory(name)) {
            directory.requireWritable();
          }
        }
      }
    }
  }

  private List<Finding> database(SourceSettings.Postgresql source) {
    String subject = "source " + source.name();
    ReadMethod method =
        switch (source.mode()) {
          case STREAM -> ReadMethod.STREAM;
          case DIRECT -> ReadMethod.DIRECT;
        };
    try {
      ConnectionSettings server = DatabaseConnection.to(source, surroundings);
      BytePath dataDirectory =
          source.dataDirectory().map(path -> BytePath.of(path.toString())).orElse(null);
      List<Finding> findings = new ArrayList<>();
      ClusterPreflight.check(server, method, dataDirectory)
          .forEach(finding -> findings.add(finding(subject, finding)));
      if (source.wal().synchronous()) {
        findings.add(synchronous(subject, server, source.wal().slot()));
      }
      return findings;
    } catch (HoldfastException e) {
      return List.of(problem(subject, e));
    }
  }

  private static Finding synchronous(String subject, ConnectionSettings server, String slot) {
    try {
      SynchronousRights.require(server, slot);
      return new Finding(subject, Severity.FINE, "commits can wait for the receiver", "");
    } catch (HoldfastException e) {
      return problem(subject, e);
    }
  }

  private static Finding finding(String subject, PreflightFinding finding) {
    Severity severity =
        switch (finding.weight()) {
          case FINE -> Severity.FINE;
          case WARNING -> Severity.WARNING;
          case PROBLEM -> Severity.PROBLEM;
        };
    return new Finding(subject, severity, finding.message(), finding.remedy());
  }

  private static Finding tree(SourceSettings.Tree source) {
    String subject = "source " + source.name();
    return readable(subject, BytePath.of(source.path().toString()), source.path() + " can be read");
  }

  private static Finding readable(String subject, BytePath directory, String fine) {
    try (DirectoryHandle handle = DirectoryHandle.open(directory);
        DirectoryReader names = handle.read()) {
      names.next();
      return new Finding(subject, Severity.FINE, fine, "");
    } catch (PosixException e) {
      return new Finding(
          subject,
          Severity.PROBLEM,
          directory + " cannot be read: " + e.getMessage(),
          e.isDenied() ? "Run as a user who may read it." : "Check the path.");
    }
  }

  private static Finding problem(String subject, HoldfastException e) {
    return new Finding(subject, Severity.PROBLEM, String.valueOf(e.getMessage()), e.hint());
  }
}
