package io.holdfast.cli;

import io.holdfast.engine.ConfigurationSchema;
import picocli.CommandLine.Command;

/** {@code holdfast config schema}. */
@Command(
    name = "schema",
    description = "Prints the JSON schema of the configuration, for editors and other programs.",
    footer = {"", "Example:", "  holdfast config schema > holdfast.schema.json"})
final class ConfigSchemaCommand extends Subcommand {
  ConfigSchemaCommand(Context context) {
    super(context);
  }

  @Override
  ExitCode run() {
    terminal().out().print(new ConfigurationSchema().text());
    terminal().out().flush();
    return ExitCode.OK;
  }
}
