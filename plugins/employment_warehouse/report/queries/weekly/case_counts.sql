-- By county and kind, waived ones apart; those that the county's dispatch counts, and those that only the prefecture's does.
select
    cases.county_code, cases.case_kind, dispatched.case_key is not null as is_dispatched,
    count(*) filter (where cases.closed_on is null and cases.waived_until is null) as open_cases,
    count(*) filter (where cases.closed_on is null and cases.waived_until is not null) as waived,
    sum(cases.amount) filter (
        where cases.closed_on is null and cases.waived_until is null and ops.is_owed(cases.finding)
    ) as owed,
    count(*) filter (where cases.opened_on > cases.report_date - 7) as opened_7d,
    count(*) filter (where cases.closed_on > cases.report_date - 7) as closed_7d
from marts.finding_case as cases
left join ops.dispatched_cases() as dispatched using (case_kind, finding, case_key, opened_on)
group by county_code, case_kind, is_dispatched
order by county_code, case_kind, is_dispatched
