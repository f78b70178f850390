-- A key county and a rule are decided from a date on, as targets and settings are; and nobody decides on, or waives,
-- what does not exist.
set role wh_owner;

create function ops.assert_undecided(from_date date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    used date := (select max(b.report_date) from ops.build as b);
begin
    -- What a night has used stays as it was; one in progress reads it at several moments.
    if from_date is null or not isfinite(from_date) or from_date <= used then
        raise exception using errcode = 'WH034', message = coalesce(
            format('生效日期须晚于 %1$s，该日的一晚已经运行 | it takes effect after %1$s, whose night has run', used::text),
            '请填写生效日期 | say from which date on'
        );
    end if;
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH035',
            message = '夜间汇总正在进行，结束后再改 | a night is being built: change it when it has ended';
    end if;
end $$;
comment on function ops.assert_undecided(date) is
'生效日期须晚于最近一晚，且没有汇总正在进行。 | Refuses a decision from a date on that a night has used, or while one is built.';

create or replace function ops.decide_values(
    wanted_seed text, decided jsonb, change text, from_date date, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_reason(why, '更改', 'a change');
    perform ops.assert_undecided(from_date);
    insert into ops.decided_value (seed, key, shown)
    select wanted_seed, d -> 'key', d -> 'shown' from jsonb_array_elements(decided) as d
    on conflict (seed, key) do update
    set shown = excluded.shown, decided_at = now(), decided_by = session_user;
    perform ops.apply_decided_values();
    perform ops.record_act('decide_' || wanted_seed, change, why);
end $$;

-- --- key counties --------------------------------------------------------------------------------------------------

-- The seed has one row for each county and no dates, so the level of the date is written into it as a night begins.
-- Of a county that was decided on, one row dated -infinity keeps what the file said.
update ops.decided_value as d
set key = d.key || jsonb_build_object('valid_from', '-infinity')
where d.seed = 'division' and not d.key ? 'valid_from';

comment on column ops.decided_value.key is
'哪个目标、参数、日期或县市；目标、参数和县市还有生效日期。 | Which target, setting, day or county; of all but days also from when.';

create function ops.apply_key_counties() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update seeds.division as s
    set key_county_level = d.level, is_verified = d.is_verified
    from (
        select distinct on (d.key ->> 'division_code')
            d.key ->> 'division_code' as county,
            d.shown ->> 'key_county_level' as level,
            coalesce((d.shown ->> 'is_verified')::boolean, true) as is_verified
        from ops.decided_value as d
        where d.seed = 'division' and (d.key ->> 'valid_from')::date <= coalesce(
            (select b.report_date from ops.build as b order by b.build desc limit 1), '-infinity'
        )
        order by d.key ->> 'division_code', (d.key ->> 'valid_from')::date desc
    ) as d
    where s.division_code = d.county
        and (s.key_county_level, s.is_verified) is distinct from (d.level, d.is_verified);
end $$;
comment on function ops.apply_key_counties() is
'把最近一次汇总报表日期有效的重点县级别写入种子表。 | Writes the levels of key counties on the newest build''s report date into the seed.';

create function ops.apply_key_counties_of_build() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.apply_key_counties();
    return null;
end $$;
comment on function ops.apply_key_counties_of_build() is
'汇总开始时应用重点县决定。 | As a build begins, the key counties are those of its report date.';
create trigger key_counties_of_the_date after insert on ops.build
for each statement execute function ops.apply_key_counties_of_build();

create or replace function ops.apply_decided_values() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    name text;
begin
    foreach name in array array['setting', 'target', 'holiday'] loop
        execute format(
            'delete from seeds.%1$I as s using ops.decided_value as d where d.seed = %1$L and to_jsonb(s) @> d.key', name
        );
        execute format(
            'insert into seeds.%1$I select r.* from ops.decided_value as d,'
            ' jsonb_populate_record(null::seeds.%1$I, d.shown) as r where d.seed = %1$L', name
        );
    end loop;
    perform ops.apply_key_counties();
end $$;

drop function ops.decide_key_county(text, text, text);
create function ops.decide_key_county(county text, from_date date, new_level text, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    of_file record;
    chosen text := nullif(btrim(coalesce(new_level, '')), '');
begin
    select * into of_file from seeds.division as s where s.division_code = county and s.level = 'county';
    if not found or county <> all(ops.county_codes()) then
        raise exception using errcode = 'WH002', message = format('没有县市 %1$s | there is no county %1$s', county);
    end if;
    if chosen is not null and chosen not in ('national', 'provincial') then
        raise exception using errcode = 'WH036',
            message = '级别为 national、provincial 或空 | the level is national, provincial or empty';
    end if;
    insert into ops.decided_value (seed, key, shown)
    values (
        'division',
        jsonb_build_object('division_code', county, 'valid_from', '-infinity'),
        jsonb_build_object(
            'key_county_level', of_file.key_county_level, 'is_verified', coalesce(of_file.is_verified, false)
        )
    )
    on conflict (seed, key) do nothing;
    perform ops.decide_value(
        'division',
        jsonb_build_object('division_code', county, 'valid_from', from_date),
        jsonb_build_object('key_county_level', chosen),
        format('%s: %s (%s)', county, coalesce(chosen, '—'), from_date),
        from_date, why
    );
end $$;
comment on function ops.decide_key_county(text, date, text, text) is
'自某报表日期起更改一个县市的重点帮扶级别，并登记。 | Changes the level of a county as a key county from a report date on that no night has used; on the record.';
grant execute on function ops.decide_key_county(text, date, text, text) to wh_operator;

-- --- rules and waivers ---------------------------------------------------------------------------------------------

create or replace function ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from seeds.finding_rule as r where r.finding = wanted) then
        raise exception using errcode = 'WH002', message = format('没有规则 %1$s | there is no rule %1$s', wanted);
    end if;
    perform ops.assert_undecided(from_date);
    insert into ops.rule_decision as known (finding, valid_from, enabled, decided_by, legal_basis)
    values (wanted, from_date, is_enabled, session_user, basis)
    on conflict (finding, valid_from) do update
    set enabled = excluded.enabled, decided_by = excluded.decided_by, legal_basis = excluded.legal_basis,
        decided_at = now();
    perform ops.record_act(
        'decide_rule',
        format(
            '%1$s 自 %2$s 起%3$s | %1$s is %4$s from %2$s on', wanted, from_date,
            case when is_enabled then '开启' else '关闭' end, case when is_enabled then 'on' else 'off' end
        ),
        basis
    );
end $$;

create function ops.assert_waivable(wanted_check text, wanted_unit text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    shown integer := ops.standing_publication();
begin
    if wanted_check like 'delivery:%' then
        raise exception using errcode = 'WH013',
            message = '报送的豁免由放行产生 | the waiver of a delivery comes with its release',
            hint = 'Use ops.release_delivery.';
    end if;
    if wanted_check like 'case:%' then
        if not exists (
            select from store.finding_case as c
            where c.from_build <= shown and (c.to_build is null or c.to_build > shown) and c.closed_on is null
                and (format('case:%s:%s', c.case_kind, c.finding), c.case_key) = (wanted_check, wanted_unit)
        ) then
            raise exception using errcode = 'WH002',
                message = '没有这样的未结个案 | there is no such open case', hint = 'Use ops.waive_case.';
        end if;
        return;
    end if;
    if not exists (
        select from (
            select e.suite, e.check_name from ops.expected_check as e
            union all
            select c.suite, c.check_name from ops.check_result as c
        ) as known
        where wanted_check in (known.suite || '.' || known.check_name, known.check_name)
    ) then
        raise exception using errcode = 'WH002',
            message = format('没有检查 %1$s | there is no check %1$s', coalesce(wanted_check, '—')),
            hint = 'The page Gates of the console names them: suite.check_name.';
    end if;
    if wanted_unit is distinct from ops.prefecture() and wanted_unit = any(ops.county_codes()) is not true
        and not exists (select from ops.check_result as c where c.unit = wanted_unit)
    then
        raise exception using errcode = 'WH002',
            message = format('没有单位 %1$s | there is no unit %1$s', coalesce(wanted_unit, '—')),
            hint = 'The code of a county or of the prefecture, or a unit that was checked.';
    end if;
end $$;
comment on function ops.assert_waivable(text, text) is
'没有的检查、单位或个案不能豁免。 | Refuses the waiver of a check that no night has run, of an unknown unit, or of a case that is not open.';

create or replace function ops.grant_waiver(
    wanted_check text, wanted_unit text, from_date date, to_date date, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_reason(why, '豁免', 'a waiver');
    perform ops.assert_waivable(wanted_check, wanted_unit);
    if from_date is null or to_date is null or to_date < from_date then
        raise exception using errcode = 'WH015',
            message = '最后一天不能早于第一天 | the last day of a waiver is not before its first';
    end if;
    -- A case has its own words for it.
    if wanted_check not like 'case:%' and exists (
        select from ops.waiver as w where (w.check_name, w.unit, w.valid_from) = (wanted_check, wanted_unit, from_date)
    ) then
        raise exception using errcode = 'WH015',
            message = format('该项检查已自 %1$s 起豁免 | the check is waived from %1$s on already', from_date);
    end if;
    insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
    values (wanted_check, wanted_unit, from_date, to_date, session_user, why);
    perform ops.record_act('grant_waiver', format('%s %s %s–%s', wanted_check, wanted_unit, from_date, to_date), why);
end $$;

reset role;
