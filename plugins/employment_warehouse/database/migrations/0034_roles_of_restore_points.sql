-- A publication is named in the write-ahead log, so that a backup can be restored to it.
grant execute on function pg_create_restore_point(text) to wh_owner;
