select
    s.name,
    s.value,
    s.enabled,
    s.valid_from,
    s.legal_basis,
    s.note_zh,
    s.note_en,
    next.value as next_value,
    next.valid_from as next_from
from seeds.setting as s
left join lateral (
    select n.value, n.valid_from
    from seeds.setting as n
    where n.name = s.name and n.valid_from > %(on)s
    order by n.valid_from
    limit 1
) as next on true
where s.valid_from = (select max(v.valid_from) from seeds.setting as v where v.name = s.name and v.valid_from <= %(on)s)
order by s.name
