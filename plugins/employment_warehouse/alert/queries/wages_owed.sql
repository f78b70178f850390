-- Wages owed by county.
select
    county_code as unit,
    count(distinct person_key) as persons,
    sum(arrears) as amount,
    min(pay_due_on) as since
from marts.fct_wage_payment
where arrears > 0
group by county_code
order by county_code
