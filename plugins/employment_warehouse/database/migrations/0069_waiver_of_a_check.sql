-- A waiver that could never apply, or is there already, is refused in words.
set role wh_owner;

create or replace function ops.grant_waiver(
    wanted_check text, wanted_unit text, from_date date, to_date date, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_reason(why, '豁免', 'a waiver');
    if wanted_check like 'delivery:%' then
        raise exception using errcode = 'WH013',
            message = '报送的豁免由放行产生 | the waiver of a delivery comes with its release',
            hint = 'Use ops.release_delivery.';
    end if;
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
