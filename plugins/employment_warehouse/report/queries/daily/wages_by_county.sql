-- Wages and subsidies owed by county, the most first: the amounts and persons of the alert `wages_owed`.
select
    county_code,
    count(distinct person_key) as persons,
    sum(arrears) as arrears,
    coalesce(sum(arrears) filter (where feed = 'relief_payroll'), 0) as relief,
    coalesce(sum(arrears) filter (where feed <> 'relief_payroll'), 0) as posts,
    min(pay_due_on) as since
from marts.fct_wage_payment
where arrears > 0
group by county_code
order by arrears desc, county_code
