select
    c.case_kind,
    c.finding,
    c.case_key,
    c.county_code,
    c.opened_on,
    c.days_open,
    c.last_seen_on,
    c.closed_on,
    c.close_reason,
    c.amount,
    c.lines,
    c.unit_to_act_zh,
    c.unit_to_act_en,
    c.hanging_stage,
    c.waived_until,
    c.evidence,
    coalesce(t.name_zh, c.township_code) as township_zh,
    coalesce(t.name_en, c.township_code) as township_en
from marts.finding_case as c
left join marts.dim_division as t on c.township_code = t.division_code
where
    (c.case_kind, c.finding, c.case_key) = (%(kind)s, %(finding)s, %(key)s)
    and (%(opened_on)s::date is null or c.opened_on = %(opened_on)s)
order by c.closed_on desc nulls first, c.opened_on desc
limit 1
