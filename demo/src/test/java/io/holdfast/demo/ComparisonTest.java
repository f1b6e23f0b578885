package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.posix.Accounts;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Objects;
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
  void aChangedOwnerIsFound() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "only root gives files away");
    new SampleFiles(root, new Random(1)).create(3);
    TreeImage before = TreeImage.of(root);
    Path file = root.resolve("odd/renamed-later.txt");
    for (String kind : List.of("unix:uid", "unix:gid")) {
      Object own = Files.getAttribute(file, kind);
      Files.setAttribute(file, kind, 4711);
      assertThat(before.differencesTo(TreeImage.of(root)))
          .singleElement()
          .satisfies(difference -> assertThat(difference.how()).contains("4711"));
      Files.setAttribute(file, kind, own);
      assertThat(before.differencesTo(TreeImage.of(root))).isEmpty();
    }
  }

  @Test
  void aChangedOrMissingExtendedAttributeIsFound() throws Exception {
    new SampleFiles(root, new Random(1)).create(3);
    Path file = root.resolve("odd/one file");
    assumeTrue(
        Files.getFileStore(file).supportsFileAttributeView(UserDefinedFileAttributeView.class),
        "the file system has no extended attributes");
    TreeImage before = TreeImage.of(root);
    UserDefinedFileAttributeView attributes =
        Objects.requireNonNull(
            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class));

    attributes.write("holdfast.demo", ByteBuffer.wrap(new byte[] {1}));
    assertThat(before.differencesTo(TreeImage.of(root)))
        .extracting(Difference::what)
        .containsExactly("odd/one file", "odd/two names");

    attributes.delete("holdfast.demo");
    assertThat(before.differencesTo(TreeImage.of(root)))
        .extracting(Difference::what)
        .containsExactly("odd/one file", "odd/two names");
  }

  @Test
  void aHardLinkThatBecameACopyIsFound() throws Exception {
    new SampleFiles(root, new Random(1)).create(3);
    TreeImage before = TreeImage.of(root);
    Path second = root.resolve("odd/two names");
    FileTime time = Files.getLastModifiedTime(second.getParent());
    Files.delete(second);
    Files.copy(root.resolve("odd/one file"), second, StandardCopyOption.COPY_ATTRIBUTES);
    Files.setLastModifiedTime(second.getParent(), time);
    assertThat(before.differencesTo(TreeImage.of(root)))
        .extracting(Difference::what)
        .containsExactly("odd/one file", "odd/two names");
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
