-- Wages owed by county: due on a pay date that has passed, less what was paid.
select
    county_code as unit,
    count(distinct person_key) as persons,
    sum(amount_due - amount_paid) as amount,
    min(pay_due_on) as since
from marts.fct_wage_payment
where pay_due_on < %(report_date)s and amount_due > amount_paid
group by county_code
order by county_code
