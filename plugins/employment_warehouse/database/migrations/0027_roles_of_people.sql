-- People sign in as themselves: their logins are members of the group roles, and the groups sign in no more. A group that
-- is a login could be disturbed by its members: whoever is a member of a role may end its sessions.
create role wh_reporter login in role wh_analyst;    -- the daily report and the alerts read the marts
create role wh_watcher login in role wh_auditor;     -- `warehouse status`, `watch` and `night` read the ledger
alter role wh_reporter set default_transaction_isolation = 'repeatable read';
alter role wh_reporter set default_transaction_read_only = on;
alter role wh_reporter set search_path = marts;
alter role wh_watcher set default_transaction_isolation = 'repeatable read';
alter role wh_watcher set default_transaction_read_only = on;
alter role wh_watcher set search_path = marts, ops;
alter role wh_analyst nologin password null;
alter role wh_auditor nologin password null;
alter role wh_analyst reset all;
alter role wh_auditor reset all;
revoke wh_operator from wh_publisher;

-- The logins that a whole county shared; 0028 records it.
do $$
declare
    shared text;
begin
    for shared in select r.rolname from pg_roles as r where r.rolname ~ '^(county|caseworker)_[0-9]{6}$' loop
        perform pg_terminate_backend(a.pid) from pg_stat_activity as a where a.usename = shared;
        execute format('drop role %I', shared);
    end loop;
end $$;

-- Makes and closes the logins of people, for functions of wh_owner; may grant these groups and no other.
create role wh_role_maker nologin createrole;
grant wh_operator, wh_analyst, wh_county, wh_caseworker, wh_auditor to wh_role_maker
with admin true, inherit false, set false;
grant pg_monitor, pg_signal_backend to wh_role_maker;
grant set on parameter temp_file_limit to wh_role_maker;

-- The last connections are for programs: readers cannot take them all.
grant pg_use_reserved_connections
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_returner, wh_reporter, wh_watcher;

-- What readers could stop the others with, and do not need: advisory locks, which anybody could name; large objects and
-- messages in the log of changes, which fill the disk.
do $$
declare
    one regprocedure;
begin
    for one in
        select p.oid from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and p.proname ~ '^(lo_|loread$|lowrite$|pg_(try_)?advisory_|pg_logical_emit_message$|pg_notify$)'
    loop
        execute format('revoke execute on function %s from public', one);
    end loop;
end $$;
grant execute on function pg_advisory_lock(bigint), pg_advisory_unlock(bigint) to wh_owner, wh_transformer, wh_publisher;
grant execute on function pg_advisory_xact_lock(bigint) to wh_owner, wh_loader;

-- The functions that make roles. Each is for wh_owner's functions, which decide and record.
create schema logins authorization wh_role_maker;
set role wh_role_maker;
alter default privileges for role wh_role_maker revoke execute on functions from public;
grant usage on schema logins to wh_owner;

-- A setting of this list is a default, which its login may change; the connections and the temporary files are a limit.
-- ops.end_overlong_sessions enforces the time.
create function logins.make(login text, kind text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    setting text;
begin
    execute format('create role %I login connection limit 4 password %L', login, verifier);
    execute format('grant %I to %I with inherit true, set false', 'wh_' || kind, login);
    foreach setting in array array[
        'temp_file_limit = ''256MB''', 'work_mem = ''32MB''', 'transaction_timeout = ''15min''',
        'idle_in_transaction_session_timeout = ''5min'''
    ]
        || case when kind <> 'operator' then array['default_transaction_isolation = ''repeatable read'''] end
        || case when kind not in ('operator', 'caseworker') then array['default_transaction_read_only = on'] end
        || case when kind = 'auditor' then array['search_path = marts, ops'] when kind <> 'operator' then array['search_path = marts'] end
    loop
        execute format('alter role %I set %s', login, setting);
    end loop;
end $$;

create function logins.set_password(login text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin execute format('alter role %I password %L', login, verifier); end $$;

create function logins.close(login text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin execute format('alter role %I nologin password null', login); end $$;

-- Ends the sessions of a login whose transaction was begun before then ('infinity': all of them); how many.
create function logins.end_sessions(login text, begun_before timestamptz) returns integer
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    with found as materialized (
        select a.pid from pg_stat_activity as a
        where a.usename = login and (begun_before = 'infinity' or a.xact_start < begun_before)
            and a.pid <> pg_backend_pid()
    )
    select count(*)::integer from found as f where pg_terminate_backend(f.pid)
$$;

grant execute on function logins.make(text, text, text), logins.set_password(text, text), logins.close(text),
logins.end_sessions(text, timestamptz) to wh_owner;
reset role;
