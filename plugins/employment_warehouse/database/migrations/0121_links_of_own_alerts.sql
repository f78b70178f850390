-- An alert has the page on which its matter is dealt with; counties were not shown it.
set role wh_owner;

drop function ops.own_alerts();

create function ops.own_alerts() returns table (
    alert_id bigint, raised_at timestamptz, report_date date, level text, kind text, unit text, step text, title text,
    body text, link text, resolved_at timestamptz, acknowledged_at timestamptz
)
language plpgsql stable security definer rows 100
set search_path = pg_catalog, pg_temp set client_min_messages = error
as $$
begin
    return query
    select
        a.alert_id, a.raised_at, a.report_date, a.level, a.kind, a.unit, a.step, a.title, a.body, a.link, a.resolved_at,
        a.acknowledged_at
    from ops.alert as a
    where a.unit = any(ops.counties_of(session_user));
end $$;

comment on function ops.own_alerts() is '本县市的提醒。 | The alerts of the login''s own county.';

revoke all on function ops.own_alerts() from public;
grant execute on function ops.own_alerts() to wh_county;

reset role;
