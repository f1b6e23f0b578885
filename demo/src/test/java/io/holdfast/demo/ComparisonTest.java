package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo proves nothing unless its comparisons find what is wrong. */
class ComparisonTest {
  @TempDir Path root;

  @Test
  void aTreeIsEqualToItself() {
    new SampleFiles(root, new Random(1)).create(3);
    TreeImage image = TreeImage.of(root);
    assertThat(image.differencesTo(TreeImage.of(root))).isEmpty();
    assertThat(image.size()).isGreaterThan(15);
  }

  @Test
  void everyKindOfChangeToATreeIsFound() throws Exception {
    new SampleFiles(root, new Random(1)).create(3);
    TreeImage before = TreeImage.of(root);
    Path file = root.resolve("odd/renamed-later.txt");
    FileTime time = Files.getLastModifiedTime(file);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    assertThat(before.differencesTo(TreeImage.of(root))).hasSize(1);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 1));
    assertThat(before.differencesTo(TreeImage.of(root))).hasSize(1);

    Files.writeString(file, "The same bytes under another name");
    Files.setLastModifiedTime(file, time);
    assertThat(before.differencesTo(TreeImage.of(root))).hasSize(1);

    Files.delete(file);
    assertThat(before.differencesTo(TreeImage.of(root)))
        .anyMatch(difference -> difference.toString().contains("it is missing"));
  }

  @Test
  void everySettingIsComparedByItsValue() throws Exception {
    SampleSettings settings = new SampleSettings(root);
    settings.create();
    var before = SampleSettings.in(root);
    assertThat(before).containsEntry("platform.yaml: limits.requestsPerMinute", "600");
    assertThat(SampleSettings.differences(before, SampleSettings.in(root))).isEmpty();
    settings.change();
    assertThat(SampleSettings.differences(before, SampleSettings.in(root)))
        .extracting(Difference::what)
        .contains(
            "features.properties: chats.share",
            "features.properties: billing.v2",
            "environments/development.yaml: debug");
  }
}
