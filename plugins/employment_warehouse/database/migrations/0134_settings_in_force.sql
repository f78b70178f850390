-- Which row of a setting is in force on a date is said once.
set role wh_owner;

drop function ops.settings(date);
-- wanted: one setting; all without it.
create function ops.settings(on_date date, wanted text default null)
returns table (name text, value text, valid_from date)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
begin
    return query
    select distinct on (s.name) s.name, case when s.enabled then s.value end, s.valid_from
    from seeds.setting as s
    where s.valid_from <= on_date and (wanted is null or s.name = wanted)
    order by s.name, s.valid_from desc;
end $$;
comment on function ops.settings(date, text) is
'某日有效的全部（或一项）参数；停用为 NULL。 | Every setting (or one) in force on a date; NULL where it is switched off.';

create or replace function ops.setting(setting_name text, on_date date) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
declare
    found_value text;
begin
    select s.value into found_value from ops.settings(on_date, coalesce(setting_name, '')) as s;
    if not found then
        raise exception using errcode = 'WH012',
            message = format('参数 %s 在 %s 尚未设置 | setting %s has no value on %s', setting_name, on_date, setting_name, on_date),
            hint = 'Add a row to dbt_project/seeds/setting.csv; enabled = false switches a check off on the record.';
    end if;
    return found_value;
end $$;

-- The date of Shanghai, whatever the session's own time zone is.
create or replace function ops.end_overlong_sessions() returns integer
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select coalesce(sum(logins.end_sessions(u.login, case
        when u.is_disabled then 'infinity'
        else now() - interval '1 minute'
            * ops.setting('reader_transaction_minutes', (now() at time zone 'Asia/Shanghai')::date)::numeric
    end)), 0)::integer
    from ops.user_login as u
$$;

revoke all on function ops.settings(date, text) from public;
grant execute on function ops.settings(date, text) to
wh_loader, wh_transformer, wh_gate, wh_publisher, wh_returner, wh_auditor, wh_reader, wh_operator;
reset role;
