-- What people need of the ledger in the console under their own logins: counties their own deliveries, alerts and files;
-- operators an alert that is acknowledged; case workers a word about a case.
set role wh_owner;

create function ops.assert_own_county(code text) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not code = any(coalesce(ops.counties_of(session_user), '{}')) then
        raise exception using errcode = 'WH032',
            message = '不属于您的县市 | it is not of your county';
    end if;
end $$;
comment on function ops.assert_own_county(text) is
'拒绝其他县市的登录名。 | Refuses every login but those of the county.';

create function ops.county_deliveries() returns table (
    delivery_id bigint, feed text, unit text, report_date date, part text, revision integer, kind text,
    file_bytes bigint, arrived_at timestamptz, landed_at timestamptz, rows_read integer, rows_landed integer,
    rows_rejected integer, status text, reason text, build integer
)
language plpgsql stable security definer rows 500 set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        d.delivery_id, d.feed, d.unit, d.report_date, d.part, d.revision, d.kind, d.file_bytes, d.arrived_at,
        d.landed_at, d.rows_read, d.rows_landed, d.rows_rejected, d.status, d.reason, d.build
    from ops.delivery as d
    where d.unit = any(ops.counties_of(session_user));
end $$;
comment on function ops.county_deliveries() is
'本县市的报送。 | The deliveries of the login''s own county.';

create function ops.own_alerts() returns table (
    alert_id bigint, raised_at timestamptz, report_date date, level text, kind text, unit text, step text, title text,
    body text, resolved_at timestamptz, acknowledged_at timestamptz
)
language plpgsql stable security definer rows 100 set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        a.alert_id, a.raised_at, a.report_date, a.level, a.kind, a.unit, a.step, a.title, a.body, a.resolved_at,
        a.acknowledged_at
    from ops.alert as a
    where a.unit = any(ops.counties_of(session_user));
end $$;
comment on function ops.own_alerts() is
'本县市的提醒。 | The alerts of the login''s own county.';

create function ops.rejected_lines(number bigint) returns table (
    sheet text, line integer, column_name text, reason text, corrected_by bigint
)
language plpgsql stable security definer rows 1000 set search_path = pg_catalog, pg_temp
as $$
declare
    of_unit text := (select d.unit from ops.delivery as d where d.delivery_id = number);
begin
    if not (
        pg_has_role(session_user, 'wh_operator', 'member') or pg_has_role(session_user, 'wh_auditor', 'member')
    ) then
        perform ops.assert_own_county(of_unit);
    end if;
    return query
    select r.sheet, r.line, r.column_name, r.reason, r.corrected_by
    from vault.rejected_row as r
    where r.delivery_id = number
    order by r.sheet, r.line, r.column_name;
end $$;
comment on function ops.rejected_lines(bigint) is
'某份报送退回的行：行号、列和原因，不含内容。 | The rejected cells of a delivery: where and why, never what.';

create function ops.readable_products() returns table (
    product text, report_date date, publication integer, vintage text, made_at timestamptz, stem text
)
language plpgsql stable security definer rows 1000 set search_path = pg_catalog, pg_temp
as $$
declare
    own_counties text [] := ops.counties_of(session_user);
    reads_all boolean := own_counties is null or pg_has_role(session_user, 'wh_operator', 'member');
begin
    return query
    select p.product, p.report_date, p.publication, p.vintage, p.made_at, file.stem
    from ops.product as p
    cross join lateral (select regexp_replace(p.path, '[.][a-z]+$', '') as whole) as named
    cross join lateral (
        select named.whole as stem where reads_all
        union all
        select named.whole || '-' || c from unnest(case when reads_all then ops.county_codes() else own_counties end) as c
        where p.product = 'weekly'
    ) as file
    order by p.made_at desc, file.stem;
end $$;
comment on function ops.readable_products() is
'本登录名可读的报告文件；县市只有本县市的调度单。 | The files of reports that the login may read, without their endings; of a county, its own dispatches.';

alter table ops.alert add column acknowledged_at timestamptz, add column acknowledged_by text;
comment on column ops.alert.acknowledged_at is '有人表示已知的时间；内容改变后为空。 | When somebody took notice; empty again when the alert changes.';
comment on column ops.alert.acknowledged_by is '何人表示已知。 | Who took notice.';

create or replace function ops.renew_alert() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    if (old.level, old.title, old.body) is distinct from (new.level, new.title, new.body) or old.resolved_at is not null
    then
        new.raised_at := clock_timestamp();
        new.sent_at := null;
        new.send_error := null;
        new.acknowledged_at := null;
        new.acknowledged_by := null;
    end if;
    new.resolved_at := null;
    return new;
end $$;

create function ops.acknowledge_alert(number bigint, note text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named ops.alert;
begin
    select * into named from ops.alert as a where a.alert_id = number for update;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有第 %1$s 号提醒 | there is no alert %1$s', number);
    end if;
    if named.acknowledged_at is not null then
        raise exception using errcode = 'WH033',
            message = format('%1$s 已确认 | %1$s has acknowledged it already', named.acknowledged_by);
    end if;
    update ops.alert as a set acknowledged_at = now(), acknowledged_by = session_user where a.alert_id = number;
    perform ops.record_act('acknowledge_alert', format('alert %s: %s', number, named.title), nullif(btrim(note), ''));
end $$;
comment on function ops.acknowledge_alert(bigint, text) is
'确认一条提醒，并登记。 | Somebody takes notice of an alert, on the record.';

create function ops.explain_case(case_kind text, finding text, key text, explanation text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    shown integer := ops.standing_publication();
    of_county text;
begin
    perform ops.assert_reason(explanation, '说明', 'an explanation');
    select c.county_code into of_county
    from store.finding_case as c
    where c.from_build <= shown and (c.to_build is null or c.to_build > shown) and c.closed_on is null
        and (c.case_kind, c.finding, c.case_key)
        = (explain_case.case_kind, explain_case.finding, explain_case.key)
        and c.county_code = any(coalesce(ops.counties_of(session_user), '{}'));
    if not found then
        raise exception using errcode = 'WH002',
            message = '本县市没有这样的未结个案 | your county has no such open case',
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    perform ops.record_act(
        'explain_case', format('%s:%s:%s', explain_case.case_kind, explain_case.finding, explain_case.key), explanation
    );
end $$;
comment on function ops.explain_case(text, text, text, text) is
'经办人对本县市一个未结个案的说明，登记在案；个案由数据或豁免了结。 | A case worker''s word about an open case of the county, on the record; data close the case, or a waiver.';

create function ops.case_explanations() returns table (subject text, login text, acted_at timestamptz, explanation text)
language plpgsql stable security definer rows 100 set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select a.subject, a.login, a.acted_at, a.reason
    from ops.act as a
    where a.kind = 'explain_case'
        and (ops.counties_of(session_user) is null or exists (
            select from ops.reader_county as r
            where r.login = a.login and r.county_code = any(ops.counties_of(session_user))
        ));
end $$;
comment on function ops.case_explanations() is
'对个案的说明：县市只见本县市的。 | What case workers said about cases; counties see those of their own.';

grant execute on function ops.county_deliveries(), ops.own_alerts() to wh_county;
grant execute on function ops.rejected_lines(bigint) to wh_county, wh_operator, wh_auditor;
grant execute on function ops.readable_products() to wh_reader, wh_operator;
grant execute on function ops.acknowledge_alert(bigint, text) to wh_operator;
grant execute on function ops.explain_case(text, text, text, text) to wh_caseworker;
grant execute on function ops.case_explanations() to wh_reader;
reset role;
