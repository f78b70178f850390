-- A case is 事项 (待办事项) everywhere: in marts and reports it was, in these refusals not.
set role wh_owner;

create or replace function ops.explain_case(case_kind text, finding text, key text, explanation text) returns void
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
            message = '本县市没有这样的未结事项 | your county has no such open case',
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    perform ops.record_act(
        'explain_case', format('%s:%s:%s', explain_case.case_kind, explain_case.finding, explain_case.key), explanation
    );
end $$;
comment on function ops.explain_case(text, text, text, text) is
'经办人对本县市一个未结事项的说明，登记在案；事项由数据办结。 | A case worker''s word about an open case of the county, on the record; data close the case.';

create or replace function ops.waive_case(kind text, wanted text, key text, until date, why text) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    shown integer := ops.standing_publication();
    today date;
begin
    select p.report_date into today
    from ops.publication as p
    inner join store.finding_case as c on c.from_build <= shown and (c.to_build is null or c.to_build > shown)
    where p.publication = shown and (c.case_kind, c.finding, c.case_key) = (kind, wanted, key) and c.closed_on is null;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('没有这样的未结事项：%1$s %2$s %3$s | there is no such open case: %1$s %2$s %3$s', kind, wanted, key),
            hint = 'marts.finding_case shows the kind, finding and key of every case.';
    end if;
    if until is null or until <= today then
        raise exception using errcode = 'WH015',
            message = format('豁免期须晚于 %1$s | a waiver ends after %1$s', today);
    end if;
    perform ops.grant_waiver(format('case:%s:%s', kind, wanted), key, today, until, why);
    return today;
exception when unique_violation then
    raise exception using errcode = 'WH015',
        message = format('该事项已自 %1$s 起豁免 | the case is waived from %1$s on already', today);
end $$;
comment on function ops.waive_case(text, text, text, date, text) is
'在限期内豁免一个未结事项：事项仍未结，另行计数。 | Waives an open case until a date, from the standing report date on, under the name of the session''s login: it stays open, and is counted apart. Shown from the next publication on.';

create or replace function ops.assert_waivable(wanted_check text, wanted_unit text) returns void
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
                message = '没有这样的未结事项 | there is no such open case', hint = 'Use ops.waive_case.';
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
'没有的检查、单位或事项不能豁免。 | Refuses the waiver of a check that no night has run, of an unknown unit, or of a case that is not open.';

comment on function ops.case_explanations() is
'对事项的说明：县市只见本县市的。 | What case workers said about cases; counties see those of their own.';

reset role;
