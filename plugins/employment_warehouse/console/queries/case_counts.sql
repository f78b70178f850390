-- By kind; waived ones apart, and what is owed the only amount that is added up, as in the weekly dispatch.
select
    c.case_kind,
    count(*) filter (where c.closed_on is null and c.waived_until is null) as open,
    count(*) filter (where c.closed_on is null and c.waived_until is not null) as waived,
    count(*) filter (where c.closed_on is not null) as closed,
    sum(c.amount) filter (
        where c.closed_on is null and c.waived_until is null and ops.is_owed(c.finding)
    ) as owed
from marts.finding_case as c
where %(county)s::text is null or c.county_code = %(county)s
group by c.case_kind
order by c.case_kind
