-- The level of each county on a date, and the next one if one is decided.
select
    c.division_code as county_code,
    case when in_force.decided is null then c.key_county_level else in_force.decided ->> 'key_county_level' end as level,
    coalesce((in_force.decided ->> 'is_verified')::boolean, in_force.decided is not null or c.is_verified) as is_verified,
    next.level as next_level,
    next.valid_from as next_from
from seeds.division as c
left join lateral (
    select d.shown as decided
    from ops.decided_value as d
    where
        d.seed = 'division'
        and d.key ->> 'division_code' = c.division_code
        and (d.key ->> 'valid_from')::date <= %(on)s
    order by (d.key ->> 'valid_from')::date desc
    limit 1
) as in_force on true
left join lateral (
    select d.shown ->> 'key_county_level' as level, (d.key ->> 'valid_from')::date as valid_from
    from ops.decided_value as d
    where
        d.seed = 'division'
        and d.key ->> 'division_code' = c.division_code
        and (d.key ->> 'valid_from')::date > %(on)s
    order by (d.key ->> 'valid_from')::date
    limit 1
) as next on true
where c.level = 'county' and (c.key_county_level is not null or in_force.decided is not null or next.valid_from is not null)
order by c.division_code
