-- Wages owed by county: of work relief, which the daily report lists by project, and of public posts.
select
    county_code as unit,
    count(distinct person_key) as persons,
    sum(arrears) as amount,
    coalesce(sum(arrears) filter (where feed = 'relief_payroll'), 0) as relief_amount,
    coalesce(sum(arrears) filter (where feed <> 'relief_payroll'), 0) as post_amount,
    min(pay_due_on) as since
from marts.fct_wage_payment
where arrears > 0
group by county_code
order by county_code
