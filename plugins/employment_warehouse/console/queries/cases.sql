-- Open cases, the most urgent first and those that are waived last; or those that are closed, the latest first.
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
    c.closed_on,
    c.close_reason,
    c.evidence,
    coalesce(t.name_zh, c.township_code) as township_zh,
    coalesce(t.name_en, c.township_code) as township_en
from marts.finding_case as c
left join marts.dim_division as t on c.township_code = t.division_code
where
    (c.closed_on is not null) = %(closed)s
    and (%(kind)s::text is null or c.case_kind = %(kind)s)
    and (%(county)s::text is null or c.county_code = %(county)s)
order by c.closed_on desc, c.waived_until is not null, c.urgency desc, c.opened_on, c.case_key
limit %(rows)s offset %(skipped)s
