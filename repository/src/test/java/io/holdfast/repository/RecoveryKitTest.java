package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RecoveryKitTest {
  private final RecoveryKit kit = RecoveryKit.next(new Random(5));

  private static void refused(String text) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .as(text)
        .isThrownBy(() -> RecoveryKit.parse(text.toCharArray()));
  }

  @Test
  void everyKitIsReadAsItWasWritten() {
    for (int seed = 0; seed < 200; seed++) {
      RecoveryKit each = RecoveryKit.next(new Random(seed));
      assertThat(each.text()).matches("HFK1(-[0-9A-HJKMNP-TV-Z]{4}){14}");
      assertThat(RecoveryKit.parse(each.text().toCharArray()).key()).isEqualTo(each.key());
    }
  }

  @Test
  void caseSpacesAndLookAlikesDoNotMatter() {
    String typed = kit.text().toLowerCase(Locale.ROOT).replace('-', ' ');
    assertThat(RecoveryKit.parse(("  " + typed + "\n").toCharArray()).key()).isEqualTo(kit.key());
    String alike = kit.text().substring(4).replace('0', 'O').replace('1', 'l');
    assertThat(RecoveryKit.parse(("HFK1" + alike).toCharArray()).key()).isEqualTo(kit.key());
  }

  @Test
  void aMistypedCharacterIsNoticed() {
    String text = kit.text();
    for (int i = 4; i < text.length(); i++) {
      if (text.charAt(i) != '-') {
        char other = text.charAt(i) == 'Z' ? 'Y' : 'Z';
        refused(text.substring(0, i) + other + text.substring(i + 1));
      }
    }
  }

  @Test
  void whatIsNoKitIsRefusedWithoutRepeatingIt() {
    refused("");
    refused("hunter2");
    refused(kit.text().substring(0, 40));
    refused(kit.text() + "A");
    refused(kit.text().replace('-', '_'));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> RecoveryKit.parse((kit.text() + "A").toCharArray()))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(kit.text().substring(5, 9)));
  }

  @Test
  void thePageHoldsAllThatIsNeeded() {
    String page = kit.page("0123", "/backup", "2026-11-22");
    assertThat(page).contains(kit.text(), "0123", "/backup", "2026-11-22");
    assertThat(page.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(96));
  }

  @Test
  void aClosedKitIsWiped() {
    RecoveryKit kit = RecoveryKit.next(new Random(5));
    kit.close();
    assertThat(kit.key()).containsOnly(0);
  }
}
