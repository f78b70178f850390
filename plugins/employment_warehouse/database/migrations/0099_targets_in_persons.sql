-- A target counts persons or households. One that is typed in ten thousands (144 for 1,440,000) is refused: everything
-- would be far ahead of it.
set role wh_owner;

create or replace function ops.decide_target(
    wanted text, of_county text, from_date date, new_value integer, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
begin
    select * into before from seeds.target as t
    where t.target_code = wanted and t.county_code = of_county and t.valid_from <= from_date
    order by t.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('%1$s 没有目标 %2$s | %1$s has no target %2$s', of_county, wanted);
    end if;
    if new_value is null or new_value < 0 then
        raise exception using errcode = 'WH036', message = '目标须为不小于 0 的整数 | a target is a whole number, 0 or more';
    end if;
    if new_value > 0 and new_value < before.target_value / 100 then
        raise exception using errcode = 'WH036', message = format(
            '目标以人（户）为单位，不以万为单位：%1$s 不到 %2$s 的百分之一'
            ' | a target counts persons (households), not ten thousands: %1$s is less than a hundredth of %2$s',
            new_value, before.target_value
        );
    end if;
    perform ops.decide_value(
        'target',
        jsonb_build_object('county_code', of_county, 'target_code', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'target_value', new_value, 'is_demonstration', false),
        format('%s %s: %s -> %s (%s)', of_county, wanted, before.target_value, new_value, from_date),
        from_date, why
    );
end $$;

reset role;
