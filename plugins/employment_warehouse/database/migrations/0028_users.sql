-- Users: who signs in, what for, and for how long a transaction may last. A user is a login that is no program's.
set role wh_owner;

-- The shared logins that 0027 removed.
do $$
begin
    perform ops.record_act('remove_user', r.login, 'a login that many shared', about_login => r.login)
    from ops.reader_county as r where r.login ~ '^(county|caseworker)_[0-9]{6}$'
    order by r.login;
end $$;
delete from ops.reader_county;

create view ops.user_login as
select
    r.rolname::text as login,
    substr(g.rolname, 4) as kind,
    (select c.county_code from ops.reader_county as c where c.login = r.rolname) as county_code,
    not r.rolcanlogin as is_disabled
from pg_roles as r
inner join pg_auth_members as m on m.member = r.oid and not m.admin_option
inner join pg_roles as g on g.oid = m.roleid
    and g.rolname in ('wh_operator', 'wh_analyst', 'wh_county', 'wh_caseworker', 'wh_auditor')
where r.rolname !~ '^wh_';
comment on view ops.user_login is
'用户登录名：角色、县市、是否停用。 | The logins of people: what each may do, whose county, and whether it is disabled.';

create function ops.assert_user(wanted text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from ops.user_login as u where u.login = wanted) then
        raise exception using errcode = 'WH002',
            message = format('没有用户 %1$s | there is no user %1$s', wanted),
            hint = '`warehouse user list` shows them.';
    end if;
end $$;

create function ops.assert_verifier(verifier text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if verifier is null or verifier !~ '^SCRAM-SHA-256\$[0-9]+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' then
        raise exception using errcode = 'WH027',
            message = '口令须以 SCRAM 校验值给出 | a password is given as its SCRAM verifier, never as text',
            hint = 'Use `warehouse user password`.';
    end if;
end $$;

create function ops.add_user(wanted text, kind text, county text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if wanted is null or wanted !~ '^[a-z][a-z0-9_]{1,30}$' or wanted ~ '^(wh|pg|current|session)_'
        or wanted in ('postgres', 'airflow', 'public', 'none')
    then
        raise exception using errcode = 'WH027',
            message = '用户名须为 2 至 31 个小写字母、数字或下划线，以字母开头 | a name has 2 to 31 small letters,'
            ' digits and underscores, and begins with a letter; wh_ and pg_ are kept for programs';
    end if;
    if kind is null or kind not in ('operator', 'analyst', 'county', 'caseworker', 'auditor') then
        raise exception using errcode = 'WH027',
            message = '没有这种角色 | there is no such role',
            hint = 'operator, analyst, county, caseworker or auditor';
    end if;
    if (county is not null) <> (kind in ('county', 'caseworker')) or not coalesce(county = any(ops.county_codes()), true) then
        raise exception using errcode = 'WH027',
            message = '县市用户和经办人须有一个县市代码，其他用户没有'
            ' | a county''s user and a case worker have the code of one county of the seed `division`, the others have none';
    end if;
    if to_regrole(quote_ident(wanted)) is not null then
        raise exception using errcode = 'WH027',
            message = format('用户名 %1$s 已有人用过 | the name %1$s is taken, or was', wanted),
            hint = 'A name stays one person''s; choose another one.';
    end if;
    perform ops.assert_verifier(verifier);
    perform logins.make(wanted, kind, verifier);
    insert into ops.reader_county (login, county_code) select wanted, county where county is not null;
    perform ops.record_act('add_user', concat_ws(' ', wanted, kind, county), null, about_login => wanted);
end $$;
comment on function ops.add_user(text, text, text, text) is
'新增用户。 | Makes a login for one person: its name, what it may do, whose county, and the SCRAM verifier of its password.';

create function ops.disable_user(wanted text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_user(wanted);
    perform logins.close(wanted);
    perform logins.end_sessions(wanted, 'infinity');
    perform ops.record_act('disable_user', wanted, null, about_login => wanted);
end $$;
comment on function ops.disable_user(text) is
'停用用户并结束其会话。 | Closes a login for good and ends its sessions.';

create function ops.set_password(wanted text, verifier text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_user(wanted);
    -- The role that asks, not what it is allowed to become.
    if session_user <> wanted and not pg_has_role(session_user, 'wh_operator', 'member') then
        raise exception using errcode = 'WH027',
            message = '只能修改自己的口令 | only an operator changes another user''s password';
    end if;
    if exists (select from ops.user_login as u where u.login = wanted and u.is_disabled) then
        raise exception using errcode = 'WH027',
            message = format('用户 %1$s 已停用 | the user %1$s is disabled', wanted);
    end if;
    perform ops.assert_verifier(verifier);
    perform logins.set_password(wanted, verifier);
    perform ops.record_act('set_password', wanted, null, about_login => wanted);
end $$;
comment on function ops.set_password(text, text) is
'修改口令：本人，或操作员为他人。 | Changes a password: one''s own, or as an operator another user''s.';

-- A login may change each of its own settings, timeouts too: what has gone on for too long is ended from outside.
create function ops.end_overlong_sessions() returns integer
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(logins.end_sessions(u.login, case
        when u.is_disabled then 'infinity'
        else now() - ops.setting('reader_transaction_minutes', current_date)::numeric * interval '1 minute'
    end)), 0)::integer
    from ops.user_login as u
$$;
comment on function ops.end_overlong_sessions() is
'结束超时的和已停用的用户会话。 | Ends the sessions of users whose transaction is older than the setting reader_transaction_minutes, and those of disabled users; how many.';

grant select on ops.user_login to wh_operator, wh_auditor;
grant execute on function ops.add_user(text, text, text, text), ops.disable_user(text) to wh_operator;
grant execute on function ops.set_password(text, text) to wh_operator, wh_reader;
grant execute on function ops.end_overlong_sessions() to wh_publisher, wh_watcher, wh_operator;

reset role;
