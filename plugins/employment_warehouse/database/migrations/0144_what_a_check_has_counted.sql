-- The number of rows of a check's result was 1 for whatever failed in gate 2, and all landed rows for most failures of
-- gate 1. It is the number of rows that break the check, where its value is that.
-- What failed to be ingested, to be computed or to be checked is not waived: a waiver lets a finding pass, and here
-- nothing was found.
set role wh_owner;

alter table ops.check_result
alter column unexpected_rows drop not null,
alter column unexpected_rows drop default;
update ops.check_result set unexpected_rows = null where unexpected_rows is not null and check_name not like '%.broken';
comment on column ops.check_result.unexpected_rows is
'不符合的行数；检查的不是行数的，为空。 | Rows that broke the check; empty where its value is no number of rows.';
comment on column marts.data_quality.unexpected_rows is
'不符合的行数；检查的不是行数的，为空。 | Rows that broke the check; empty where its value is no number of rows.';

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
    if wanted_check in ('intake.intake_failed', 'intake_failed', 'models.model_failed', 'model_failed')
        or not (
            select r.was_run from ops.check_result as r
            where r.gate = 2 and r.unit = wanted_unit
                and wanted_check in (r.suite || '.' || r.check_name, r.check_name)
            order by r.build desc, r.was_run desc
            limit 1
        )
    then
        raise exception using errcode = 'WH013',
            message = format(
                '%1$s 不能豁免：豁免后仍未入库、未计算或未检查'
                ' | %1$s cannot be waived: what was not ingested, computed or checked stays so', wanted_check
            ),
            hint = 'Correct the cause, and run the night again.';
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
'没有的检查、单位或事项，以及没有结果的检查，不能豁免。 | Refuses the waiver of a check that no night has run or that found nothing, of an unknown unit, or of a case that is not open.';

reset role;
