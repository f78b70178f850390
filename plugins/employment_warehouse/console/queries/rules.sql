-- Each rule of the findings as it is in force on a date, and the next that is said of it.
select
    r.finding,
    coalesce(known.name_zh, r.finding) as name_zh,
    coalesce(known.name_en, known.name_zh, r.finding) as name_en,
    r.enabled,
    r.decided_by,
    r.legal_basis,
    r.valid_from as decided_from,
    later.enabled as next_enabled,
    later.valid_from as next_from
from ops.rules(%(on)s) as r
cross join lateral (
    select
        replace(s.name_zh, '{threshold}', coalesce(trim_scale(s.threshold)::text, '')) as name_zh,
        replace(s.name_en, '{threshold}', coalesce(trim_scale(s.threshold)::text, '')) as name_en
    from seeds.finding_rule as s
    where s.finding = r.finding and s.valid_from <= %(on)s
    order by s.valid_from desc
    limit 1
) as known
left join lateral (
    select s.valid_from
    from (
        select d.finding, d.valid_from from ops.rule_decision as d
        union all
        select f.finding, f.valid_from from seeds.finding_rule as f
    ) as s
    where s.finding = r.finding and s.valid_from > %(on)s
    order by s.valid_from
    limit 1
) as next on true
left join lateral ops.rules(next.valid_from) as later on r.finding = later.finding
order by r.finding
