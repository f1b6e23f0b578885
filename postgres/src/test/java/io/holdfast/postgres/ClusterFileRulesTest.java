package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.ClusterFileRules.Rule;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterFileRulesTest {
  private static final String SPACE = "pg_tblspc/16400/PG_18_202506291";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PG_VERSION",
        "postgresql.conf",
        "postgresql.auto.conf",
        "log/postgresql.log",
        "global/pg_control",
        "global/pg_filenode.map",
        "global/1262",
        "base/5/16384",
        "base/5/16384.1",
        "base/5/16384_init",
        "base/5/pg_filenode.map",
        "base/5/PG_VERSION",
        "pg_xact/0000",
        "pg_multixact/members/0000",
        "pg_stat/pgstat.stat",
        "pg_logical/replorigin_checkpoint",
        SPACE,
        SPACE + "/5/16384",
        "pg_twophase/00000001",
        "base/5/t16384",
        "t3_16384"
      })
  void copies(String path) {
    assertThat(rule(path)).isEqualTo(Rule.COPY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pg_dynshmem",
        "pg_notify",
        "pg_replslot",
        "pg_serial",
        "pg_snapshots",
        "pg_stat_tmp",
        "pg_subtrans",
        "pg_wal",
        "pg_wal/archive_status",
        "pg_wal/summaries"
      })
  void keepsTheDirectoryOnly(String path) {
    assertThat(rule(path)).isEqualTo(Rule.KEEP_EMPTY);
    assertThat(rule(path + "/0000")).isEqualTo(Rule.LEAVE_OUT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postmaster.pid",
        "postmaster.opts",
        "backup_label",
        "tablespace_map",
        "backup_manifest",
        "postgresql.auto.conf.tmp",
        "current_logfiles.tmp",
        "global/pg_internal.init",
        "base/5/pg_internal.init.123",
        "base/pgsql_tmp",
        "base/pgsql_tmp/pgsql_tmp123.0",
        "base/pgsql_tmp/pgsql_tmp123.1.sharedfileset/0.0",
        SPACE + "/pgsql_tmp/x",
        "base/5/t3_16384",
        "base/5/t3_16384_fsm",
        "base/5/t3_16384.2",
        "base/5/t3_16384_vm.2",
        SPACE + "/5/t3_16384",
        "pg_wal/000000010000000000000001",
        "pg_wal/archive_status/000000010000000000000001.done",
        "pg_replslot/holdfast/state"
      })
  void leavesOut(String path) {
    assertThat(rule(path)).isEqualTo(Rule.LEAVE_OUT);
  }

  @Property
  void nothingBelowWhatIsNotCopiedIsCopied(@ForAll @Size(max = 4) byte[] name) {
    BytePath child = BytePath.of(withoutSpecialBytes(name));
    if (!child.isName()) {
      return;
    }
    assertThat(ClusterFileRules.of(BytePath.of("pg_notify").resolve(child)))
        .isEqualTo(Rule.LEAVE_OUT);
    assertThat(ClusterFileRules.of(BytePath.of("base/pgsql_tmp").resolve(child)))
        .isEqualTo(Rule.LEAVE_OUT);
  }

  private static byte[] withoutSpecialBytes(byte[] name) {
    byte[] result = name.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] == 0 || result[i] == '/' ? -1 : result[i];
    }
    return result;
  }

  @Property
  void everyRelationFileIsReadBackFromItsPath(
      @ForAll @LongRange(min = 1, max = 0xFFFFFFFFL) long number,
      @ForAll @LongRange(min = 1, max = 0xFFFFFFFFL) long database,
      @ForAll @LongRange(min = 16384, max = 0xFFFFFFFFL) long tablespace,
      @ForAll Fork fork,
      @ForAll @IntRange(max = 99999) int segment) {
    String name = number + fork.suffix() + (segment == 0 ? "" : "." + segment);

    assertThat(relation("base/" + database + "/" + name))
        .contains(
            new RelationFile(RelationFile.DEFAULT_TABLESPACE, database, number, fork, segment));
    assertThat(relation("global/" + name))
        .contains(new RelationFile(RelationFile.GLOBAL_TABLESPACE, 0, number, fork, segment));
    assertThat(relation("pg_tblspc/" + tablespace + "/PG_15_202209061/" + database + "/" + name))
        .contains(new RelationFile(tablespace, database, number, fork, segment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base/5/PG_VERSION",
        "base/5/pg_filenode.map",
        "base/5",
        "base/5/01234",
        "base/5/1234.0",
        "base/5/1234.01",
        "base/5/1234_foo",
        "base/5/99999999999",
        "base/5/4294967296",
        "base/5/x/1234",
        "global/pg_control",
        "pg_xact/0000",
        "pg_tblspc/16400/5/1234",
        "pg_wal/1234",
        "1234",
        "other/base/5/1234"
      })
  void otherFilesAreNoRelations(String path) {
    assertThat(relation(path)).isEmpty();
  }

  private static Optional<RelationFile> relation(String path) {
    return RelationFile.of(BytePath.of(path));
  }

  private static Rule rule(String path) {
    return ClusterFileRules.of(BytePath.of(path));
  }
}
