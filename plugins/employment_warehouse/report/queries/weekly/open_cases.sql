-- The work list of each county, of what its logins may see: within a kind the most urgent first, as the dispatch ranks
-- them, and those that are waived last.
select
    cases.county_code, cases.case_kind, cases.finding, cases.case_key, coalesce(township.name_zh, cases.township_code) as township_zh,
    coalesce(township.name_en, cases.township_code) as township_en, cases.unit_to_act_zh, cases.unit_to_act_en, cases.amount, cases.lines,
    cases.opened_on, cases.days_open, cases.waived_until
from marts.finding_case as cases
inner join ops.dispatched_cases() using (case_kind, finding, case_key, opened_on)
left join marts.dim_division as township on cases.township_code = township.division_code
where cases.closed_on is null
order by
    cases.county_code, cases.case_kind, cases.waived_until is not null, cases.urgency desc, cases.opened_on, cases.case_key
