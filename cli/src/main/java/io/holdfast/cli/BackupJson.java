package io.holdfast.cli;

import io.holdfast.engine.BackupFile;
import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.ShowBackup;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** A backup and its files as one JSON object, written as it comes: the files are never gathered. */
final class BackupJson implements ShowBackup.Viewer, AutoCloseable {
  private final JsonMapper mapper = JsonOutput.mapper();
  private final PrintStream out;
  private final JsonGenerator generator;
  private boolean begun;

  BackupJson(PrintStream out) {
    this.out = out;
    this.generator = mapper.createGenerator(new KeepOpen(out));
  }

  @Override
  public void backup(BackupMetadata metadata) {
    begun = true;
    generator.writeStartObject();
    Map<?, ?> members = mapper.convertValue(metadata, Map.class);
    members.forEach((name, value) -> generator.writePOJOProperty(name.toString(), value));
    generator.writeArrayPropertyStart("files");
  }

  @Override
  public void file(BackupFile file) {
    mapper.writeValue(generator, file);
  }

  @Override
  public void close() {
    if (begun) {
      generator.writeEndArray();
      generator.writeEndObject();
    }
    generator.close();
    out.println();
  }

  /** Standard output is not ours to close. */
  private static final class KeepOpen extends FilterOutputStream {
    KeepOpen(PrintStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
