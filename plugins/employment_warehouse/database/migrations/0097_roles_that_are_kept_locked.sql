-- Whoever has a stolen login could keep the row of the role locked, so that closing the login, or giving it a new password,
-- waited and then failed. What holds the row is ended now, and until the row is free.
set role wh_role_maker;

create or replace function logins.end_sessions(login text, begun_before timestamptz) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    ended integer;
begin
    -- A transaction sees the sessions of its first look otherwise.
    perform pg_stat_clear_snapshot();
    with found as materialized (
        select a.pid from pg_stat_activity as a
        where a.usename = login and (begun_before = 'infinity' or a.xact_start < begun_before)
            and a.pid <> pg_backend_pid()
    )
    select count(*) into ended from found as f where pg_terminate_backend(f.pid);
    return ended;
end $$;

create function logins.alter(login text, change text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s'
as $$
begin
    for attempt in 1..9 loop
        begin
            execute format('alter role %I %s', login, change);
            return;
        -- Locked by a session of the login, or changed by one that has committed ("tuple concurrently updated").
        exception when lock_not_available or internal_error then
            perform logins.end_sessions(login, 'infinity');
        end;
    end loop;
    execute format('alter role %I %s', login, change);
end $$;
comment on function logins.alter(text, text) is
'修改登录名；被该登录名的会话锁住时先结束其会话。 | Changes a login. Sessions of the login that hold its row are ended.';

create or replace function logins.set_password(login text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform logins.alter(login, format('password %L', verifier)); end $$;

create or replace function logins.close(login text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$ begin perform logins.alter(login, 'nologin password null'); end $$;

reset role;
set role wh_owner;

-- Before and after: a session of the login may have begun while it was being closed.
create or replace function ops.disable_user(wanted text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_user(wanted);
    perform logins.end_sessions(wanted, 'infinity');
    perform logins.close(wanted);
    perform logins.end_sessions(wanted, 'infinity');
    perform ops.record_act('disable_user', wanted, null, about_login => wanted);
end $$;

-- A session that goes on could change the password again.
create or replace function ops.set_password(wanted text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = 'error'
as $$
declare
    for_another boolean := session_user <> wanted;
begin
    perform ops.assert_user(wanted);
    -- The role that asks, not what it is allowed to become.
    if for_another and not pg_has_role(session_user, 'wh_operator', 'member') then
        raise exception using errcode = 'WH027',
            message = '只能修改自己的口令 | only an operator changes another user''s password';
    end if;
    if exists (select from ops.user_login as u where u.login = wanted and u.is_disabled) then
        raise exception using errcode = 'WH027',
            message = format('用户 %1$s 已停用 | the user %1$s is disabled', wanted);
    end if;
    perform ops.assert_verifier(verifier);
    if for_another then
        perform logins.end_sessions(wanted, 'infinity');
    end if;
    perform logins.set_password(wanted, verifier);
    if for_another then
        perform logins.end_sessions(wanted, 'infinity');
    end if;
    perform ops.record_act('set_password', wanted, null, about_login => wanted);
end $$;
comment on function ops.set_password(text, text) is
'修改口令：本人，或操作员为他人（其会话随即结束）。 | Changes a password: one''s own, or as an operator another user''s, whose sessions end.';

-- An explanation told a county of a case that marts.finding_case hides from it: one that rests on what another county
-- reported of a person. The county's own cases are searched as it sees them, in the standing publication and in no pinned one.
create or replace function ops.explain_case(case_kind text, finding text, key text, explanation text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off
set client_min_messages = 'error'
as $$
declare
    pinned text := current_setting('warehouse.publication', true);
begin
    perform ops.assert_reason(explanation, '说明', 'an explanation');
    perform set_config('warehouse.publication', '', true);
    perform 1 from (
        select c.case_kind, c.finding, c.case_key, c.closed_on from own.finding_case as c
        where c.county_code = any(coalesce(ops.counties_of(session_user), '{}'))
        offset 0
    ) as seen
    where seen.closed_on is null
        and (seen.case_kind, seen.finding, seen.case_key)
        = (explain_case.case_kind, explain_case.finding, explain_case.key);
    if not found then
        raise exception using errcode = 'WH002',
            message = '本县市没有这样的未结事项 | your county has no such open case',
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    perform set_config('warehouse.publication', coalesce(pinned, ''), true);
    perform ops.record_act(
        'explain_case', format('%s:%s:%s', explain_case.case_kind, explain_case.finding, explain_case.key), explanation
    );
end $$;

reset role;
