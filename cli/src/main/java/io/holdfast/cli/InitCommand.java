package io.holdfast.cli;

import io.holdfast.engine.Configuration;
import io.holdfast.engine.InitRepository;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code holdfast init}. */
@Command(
    name = "init",
    description = {
      "Makes the repository that the configuration names, and a recovery kit: a page that opens it when the"
          + " passphrase is lost. Print the page and lock it away; it is shown this once.",
    },
    footer = {
      "",
      "Examples:",
      "  holdfast init",
      "  holdfast init --repository second --like main"
    })
final class InitCommand extends Subcommand {
  @Mixin private final RepositoryOption repository = new RepositoryOption();

  @Option(
      names = "--like",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Make it of the family of another one: equal data gets equal names in both.")
  private String like = "";

  @Option(names = "--no-recovery-kit", description = "Make no recovery kit.")
  private boolean noRecoveryKit;

  InitCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    Configuration configuration = configuration();
    InitRepository.Result result =
        new InitRepository(context().surroundings())
            .run(
                new InitRepository.Request(
                    repository.in(configuration),
                    !noRecoveryKit,
                    like.isEmpty()
                        ? Optional.empty()
                        : Optional.of(configuration.repository(like))));
    if (options().json()) {
      printJson(result);
      return ExitCode.OK;
    }
    print("Made repository " + result.id() + " in " + SafeText.of(result.place()) + ".");
    result
        .keyFile()
        .ifPresent(file -> print("Made its key file " + SafeText.of(file.toString()) + "."));
    result
        .kit()
        .ifPresent(
            page -> {
              print("");
              print(page.stripTrailing());
              print("");
              print(
                  "Print this page now, and lock it away: it is kept nowhere, and not shown again.");
            });
    return ExitCode.OK;
  }
}
