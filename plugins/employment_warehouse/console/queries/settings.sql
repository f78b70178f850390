-- Each setting as it is in force on a date, and the next value that is decided; NULL: switched off.
select
    s.name,
    known.value,
    s.valid_from,
    s.legal_basis,
    s.note_zh,
    s.note_en,
    next.value as next_value,
    next.valid_from as next_from
from ops.settings(%(on)s) as known
inner join seeds.setting as s on known.name = s.name and known.valid_from = s.valid_from
left join lateral (
    select case when n.enabled then n.value end as value, n.valid_from
    from seeds.setting as n
    where n.name = s.name and n.valid_from > %(on)s
    order by n.valid_from
    limit 1
) as next on true
order by s.name
