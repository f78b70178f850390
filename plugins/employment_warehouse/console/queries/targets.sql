-- Each target with the value in force on a date, and the next one if one is decided.
select
    t.county_code,
    t.target_code,
    t.target_value,
    t.valid_from,
    t.deadline,
    t.is_demonstration,
    next.target_value as next_value,
    next.valid_from as next_from
from seeds.target as t
left join lateral (
    select n.target_value, n.valid_from
    from seeds.target as n
    where (n.county_code, n.target_code) = (t.county_code, t.target_code) and n.valid_from > %(on)s
    order by n.valid_from
    limit 1
) as next on true
where t.valid_from = (
    select max(v.valid_from)
    from seeds.target as v
    where (v.county_code, v.target_code) = (t.county_code, t.target_code) and v.valid_from <= %(on)s
)
order by t.target_code, t.county_code
