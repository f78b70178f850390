-- The persons whom a case is about: named by it, of its household, in its post, or on its payroll and not paid in full.
with
named as (
    select
        c.county_code,
        c.evidence ->> 'person_key' as person_key,
        c.evidence ->> 'household_no' as household_no,
        c.evidence ->> 'post_no' as post_no,
        c.evidence ->> 'project_no' as project_no,
        c.evidence ->> 'period' as period
    from marts.finding_case as c
    where (c.case_kind, c.finding, c.case_key) = (%(kind)s, %(finding)s, %(key)s)
    order by c.closed_on nulls first
    limit 1
),

persons as (
    select person_key::uuid from named where person_key is not null
    union
    select p.person_key
    from named
    inner join marts.person_today as p using (county_code, household_no)
    union
    select t.person_key
    from named
    inner join marts.fct_post_tenure as t using (county_code, post_no)
    where t.end_on is null or t.end_on > (select v.report_date from ops.visible_publication() as v)
    union
    select l.person_key
    from named
    inner join marts.fct_relief_payroll_line as l on named.project_no = l.project_no and named.period = l.period::text
    where coalesce(l.amount_paid, 0) < l.amount_due
)

select p.person_key from persons as p order by p.person_key limit 50
