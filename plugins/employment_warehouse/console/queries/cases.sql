-- Open cases, the most urgent first; with the case worker's explanation of each.
select
    c.case_kind,
    c.finding,
    c.case_key,
    c.county_code,
    c.opened_on,
    c.days_open,
    c.amount,
    c.lines,
    c.unit_to_act_zh,
    c.unit_to_act_en,
    c.hanging_stage,
    c.waived_until,
    coalesce(t.name_zh, c.township_code) as township_zh,
    coalesce(t.name_en, c.township_code) as township_en
from marts.finding_case as c
left join marts.dim_division as t on c.township_code = t.division_code
where
    c.closed_on is null
    and (%(kind)s::text is null or c.case_kind = %(kind)s)
    and (%(county)s::text is null or c.county_code = %(county)s)
order by c.urgency desc, c.opened_on, c.case_key
limit 300
