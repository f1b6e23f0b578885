package io.holdfast.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The configuration of the sample platform: written, changed, and read back setting by setting. */
final class SampleSettings {
  private final Path root;

  SampleSettings(Path root) {
    this.root = root;
  }

  void create() {
    try {
      Files.createDirectories(root.resolve("environments"));
      write(
          "platform.yaml",
          """
          name: Sample AI platform
          listen: {address: 0.0.0.0, port: 8443, tls: true}
          limits: {requestsPerMinute: 600, tokensPerDay: 2000000, uploadMegabytes: 50}
          sessions: {idleMinutes: 30, absoluteHours: 12}
          regions: [eu-central, eu-west]
          """);
      for (String environment : List.of("development", "staging", "production")) {
        write(
            "environments/" + environment + ".yaml",
            """
            environment: %s
            database: {host: db.%s.internal, pool: %d}
            debug: %s
            """
                .formatted(
                    environment, environment, environment.length(), environment.startsWith("d")));
      }
      write(
          "mail.properties",
          "host=mail.internal\nport=587\nfrom=no-reply@example.org\nstarttls=true\n");
      write("features.properties", "agents.code=true\nagents.search=true\nchats.share=false\n");
      Path secrets =
          write("secrets.properties", "signing.key=0123456789abcdef\nmail.password=sample\n");
      Files.setPosixFilePermissions(secrets, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new DemoException("cannot write the sample configuration: " + e.getMessage(), e);
    }
  }

  /** What an operator would do on a busy day. */
  void change() throws IOException {
    write(
        "features.properties",
        "agents.code=true\nagents.search=true\nchats.share=true\nbilling.v2=true\n");
    write(
        "environments/preview.yaml",
        "environment: preview\ndatabase: {host: db.preview.internal, pool: 3}\n");
    Files.delete(root.resolve("environments/development.yaml"));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(root.resolve(name), text);
  }

  /** Every setting in every file, by file and key. */
  static SortedMap<String, String> in(Path root) {
    SortedMap<String, String> settings = new TreeMap<>();
    try (var walk = Files.walk(root)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString();
        if (name.endsWith(".yaml")) {
          Object tree =
              new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
          flatten(name + ": ", tree, settings);
        } else {
          Properties properties = new Properties();
          try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
          }
          properties.forEach((key, value) -> settings.put(name + ": " + key, value.toString()));
        }
      }
      return settings;
    } catch (IOException e) {
      throw new DemoException("cannot read the sample configuration: " + e.getMessage(), e);
    }
  }

  private static void flatten(String prefix, Object value, SortedMap<String, String> settings) {
    switch (value) {
      case Map<?, ?> map ->
          map.forEach((key, inner) -> flatten(prefix + key + ".", inner, settings));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          flatten(prefix + i + ".", list.get(i), settings);
        }
      }
      default -> settings.put(prefix.substring(0, prefix.length() - 1), value.toString());
    }
  }

  static List<Difference> differences(
      SortedMap<String, String> before, SortedMap<String, String> after) {
    List<Difference> differences = new ArrayList<>();
    before.forEach(
        (key, value) -> {
          if (!value.equals(after.get(key))) {
            differences.add(new Difference(key, "was " + value + " and is " + after.get(key)));
          }
        });
    after.keySet().stream()
        .filter(key -> !before.containsKey(key))
        .forEach(key -> differences.add(new Difference(key, "it was not there")));
    return differences.stream().limit(Difference.MOST).toList();
  }
}
