select
    c.case_kind,
    count(*) as cases,
    count(*) filter (where c.waived_until is not null) as waived,
    sum(c.amount) as amount,
    max(c.days_open) as longest
from marts.finding_case as c
where c.closed_on is null and (%(county)s::text is null or c.county_code = %(county)s)
group by c.case_kind
order by c.case_kind
