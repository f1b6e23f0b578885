package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccountsTest {
  @Test
  void knowsRootBothWays() throws Exception {
    assertThat(Accounts.userName(0)).contains("root");
    assertThat(Accounts.groupName(0)).contains("root");
    assertThat(Accounts.userId("root")).hasValue(0);
    assertThat(Accounts.groupId("root")).hasValue(0);
  }

  @Test
  void anUnknownAccountIsNoError() throws Exception {
    assertThat(Accounts.userName(3_999_999_999L)).isEmpty();
    assertThat(Accounts.groupName(3_999_999_999L)).isEmpty();
    assertThat(Accounts.userId("no-such-user-here")).isEmpty();
    assertThat(Accounts.groupId("no-such-group-here")).isEmpty();
  }

  @Test
  void tellsWhoRunsThis() throws Exception {
    assertThat(Accounts.userName(Accounts.effectiveUser()))
        .contains(System.getProperty("user.name"));
  }
}
