package io.holdfast.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between the modules, and what the inner ones may not know. */
class ModuleArrowsTest {
  private static final List<String> MODULES =
      List.of("posix", "storage", "repository", "files", "postgres", "engine", "demo", "cli");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.holdfast");

  record Arrow(String from, String to) {
    String source() {
      return "io.holdfast." + from + "..";
    }

    String target() {
      return "io.holdfast." + to + "..";
    }
  }

  /**
   * Each pair that must not be: the module itself and those outside of it, and the two siblings.
   */
  static Stream<Arrow> forbidden() {
    Stream<Arrow> outward =
        MODULES.stream()
            .flatMap(
                from ->
                    MODULES.subList(MODULES.indexOf(from) + 1, MODULES.size()).stream()
                        .map(to -> new Arrow(from, to)));
    return Stream.concat(outward, Stream.of(new Arrow("postgres", "files")));
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void dependenciesPointOneWay(Arrow arrow) {
    noClasses()
        .that()
        .resideInAPackage(arrow.source())
        .should()
        .dependOnClassesThat()
        .resideInAPackage(arrow.target())
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  /** Rule 10 of the design: all reading of backup content passes one gate. */
  @Test
  void onlyTheGateOpensTheContentOfBackups() {
    noClasses()
        .that()
        .resideInAnyPackage("io.holdfast.engine..", "io.holdfast.demo..", "io.holdfast.cli..")
        .and()
        .haveNameNotMatching("io\\.holdfast\\.engine\\.ContentGate(\\$.*)?")
        .should()
        .callMethod(Repository.class, "manifest", SourceRecord.class)
        .orShould()
        .callMethod(Repository.class, "contents")
        .check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("inner")
  void innerModulesKnowNoFramework(String module) {
    noClasses()
        .that()
        .resideInAPackage("io.holdfast." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "org.springframework..", "com.sun.net.httpserver..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  static Stream<String> inner() {
    return MODULES.stream().filter(module -> !module.equals("cli"));
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyModuleIsLookedAt(String module) {
    assertThat(CLASSES.stream().map(c -> c.getPackageName())).contains("io.holdfast." + module);
  }

  static Stream<String> all() {
    return MODULES.stream();
  }
}
