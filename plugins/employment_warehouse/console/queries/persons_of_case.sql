-- The persons whom a case is about, those who could work first: named by it, of its household, or named by its
-- finding on a post or a payroll.
with
found as (
    select
        c.county_code,
        c.finding,
        c.evidence ->> 'person_key' as person_key,
        c.evidence ->> 'household_no' as household_no,
        c.evidence ->> 'post_no' as post_no,
        c.evidence ->> 'opened_on' as opened_on,
        c.evidence ->> 'project_no' as project_no,
        c.evidence ->> 'period' as period
    from marts.finding_case as c
    where
        (c.case_kind, c.finding, c.case_key) = (%(kind)s, %(finding)s, %(key)s)
        and (%(opened_on)s::date is null or c.opened_on = %(opened_on)s)
    order by c.closed_on desc nulls first, c.opened_on desc
    limit 1
),

persons as (
    select person_key::uuid from found where person_key is not null
    union
    select p.person_key
    from found
    inner join marts.person_today as p using (county_code, household_no)
    union
    select (named.item ->> 'person_key')::uuid
    from found
    inner join marts.public_post_finding as f using (county_code, post_no, finding)
    cross join jsonb_array_elements(f.evidence) as named (item)
    where f.opened_on::text = found.opened_on
    union
    select c.person_key
    from found
    inner join marts.relief_payroll_check as c using (county_code, project_no, finding)
    where c.period::text = found.period
)

select p.person_key, t.is_in_labour_force
from persons as p
left join marts.person_today as t on p.person_key = t.person_key
where p.person_key is not null
order by t.is_in_labour_force desc nulls last, p.person_key
