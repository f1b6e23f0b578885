-- What docs/postgresql.md says: never a superuser.
CREATE ROLE holdfast LOGIN REPLICATION;
GRANT pg_checkpoint TO holdfast;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO holdfast;
GRANT pg_read_all_settings TO holdfast;
