-- Each rule of the findings with the decision in force on a date, and the next one.
select
    r.finding,
    r.name_zh,
    r.name_en,
    r.legal_basis,
    coalesce(d.enabled, r.enabled) as enabled,
    d.decided_by,
    d.legal_basis as decided_basis,
    d.valid_from as decided_from,
    next.enabled as next_enabled,
    next.valid_from as next_from
from seeds.finding_rule as r
left join lateral (
    select x.enabled, x.decided_by, x.legal_basis, x.valid_from
    from ops.rule_decision as x
    where x.finding = r.finding and x.valid_from <= %(on)s
    order by x.valid_from desc
    limit 1
) as d on true
left join lateral (
    select n.enabled, n.valid_from
    from ops.rule_decision as n
    where n.finding = r.finding and n.valid_from > %(on)s
    order by n.valid_from
    limit 1
) as next on true
where r.valid_from = (select max(v.valid_from) from seeds.finding_rule as v where v.finding = r.finding and v.valid_from <= %(on)s)
order by r.finding
