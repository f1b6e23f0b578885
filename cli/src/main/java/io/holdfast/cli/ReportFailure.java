package io.holdfast.cli;

import io.holdfast.engine.ConfigurationException;
import io.holdfast.engine.ConfigurationProblem;
import io.holdfast.engine.NearestWord;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line on standard error and an exit code. */
final class ReportFailure implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final Pattern SENTENCE_END = Pattern.compile("[.?!;]$"); // SQL ends with the last
  private static final Pattern LINE_END = Pattern.compile("[.:;]?\\s*\\R\\s*");

  private final Terminal terminal;

  ReportFailure(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(
      Exception exception, CommandLine commandLine, ParseResult parsed) {
    traceIfWanted(exception, commandLine);
    return switch (exception) {
      case ParameterException wrong -> handleParseException(wrong, new String[0]);
      case HoldfastException failure -> report(failure, commandLine.getCommandName()).number();
      default -> defect(exception).number();
    };
  }

  /** What no handler of exceptions gets to see. */
  int handleError(Error error, ParseResult parsed) {
    CommandLine last = parsed.asCommandLineList().getLast();
    traceIfWanted(error, last);
    if (error instanceof LinkageError) {
      Throwable cause = error;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      line(
          "a part of this program cannot be loaded: " + describe(cause),
          "Check that its files are complete and that the directory for temporary files, "
              + System.getProperty("java.io.tmpdir")
              + ", can be written");
      return ExitCode.UNSUPPORTED.number();
    }
    return defect(error).number();
  }

  private void traceIfWanted(Throwable failure, CommandLine commandLine) {
    if (commandLine.getCommand() instanceof Subcommand command && command.options().debug()) {
      failure.printStackTrace(terminal.err());
    }
  }

  private ExitCode defect(Throwable failure) {
    line(
        "a defect of this program: " + describe(failure),
        "Please report it, with what --debug prints");
    return ExitCode.INTERNAL;
  }

  private static String describe(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
  }

  @Override
  public int handleParseException(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    String message = String.valueOf(exception.getMessage());
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().getFirst();
      message =
          unmatched.isUnknownOption() || command.getSubcommands().isEmpty()
              ? "unknown argument '"
                  + word
                  + "'"
                  + NearestWord.proposal(word, command.getCommandSpec().optionsMap().keySet())
              : "unknown command '"
                  + word
                  + "'"
                  + NearestWord.proposal(word, command.getSubcommands().keySet());
    }
    line(message, "Try: " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE.number();
  }

  private ExitCode report(HoldfastException failure, String command) {
    if (failure.category() == FailureCategory.INTERRUPTED) {
      line(command + " was cancelled", "Run it again"); // what was interrupted says nothing
      return ExitCode.INTERRUPTED;
    }
    if (failure instanceof ConfigurationException configuration
        && configuration.problems().size() > 1) {
      PrintStream err = terminal.err();
      for (ConfigurationProblem problem : configuration.problems()) {
        err.println("  " + SafeText.of(problem.toString()));
      }
    }
    line(String.valueOf(failure.getMessage()), failure.hint());
    return ExitCode.of(failure.category());
  }

  private void line(String message, String hint) {
    String joined = LINE_END.matcher(message.strip()).replaceAll("; "); // servers explain in lines
    String first = joined.endsWith(".") ? joined.substring(0, joined.length() - 1) : joined;
    String text = "holdfast: " + SafeText.of(first) + ".";
    if (!hint.isEmpty()) {
      text += " " + SafeText.of(sentence(hint));
    }
    terminal.err().println(terminal.red(text));
  }

  /** A hint may start with a file's name, which is not to be changed. */
  private static String sentence(String hint) {
    boolean word = hint.split(" ", 2)[0].chars().allMatch(Character::isLetter);
    String start = hint.substring(0, 1);
    return (word ? start.toUpperCase(Locale.ROOT) : start)
        + hint.substring(1)
        + (SENTENCE_END.matcher(hint).find() ? "" : ".");
  }
}
