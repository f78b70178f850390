-- Ingests run side by side, and an erasure waits for those that began before it (landing/erased_persons.py).
grant execute on function pg_advisory_xact_lock_shared(bigint) to wh_loader;
