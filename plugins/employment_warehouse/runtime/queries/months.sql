-- The prefecture's figures month by month, from the first month with a register on.
select
    to_char(income.month, 'YYYY-MM') as month,
    income.earners,
    income.wage_p50,
    flow.hires,
    flow.separations,
    vacancies.postings,
    vacancies.hired
from marts.income_stability as income
left join (
    select county_code, date_trunc('month', week)::date as month, sum(hires) as hires, sum(separations) as separations
    from marts.employment_flow
    group by 1, 2
) as flow using (county_code, month)
left join marts.vacancy_monitor as vacancies
    on income.county_code = vacancies.county_code and income.month = vacancies.month and vacancies.channel = 'all'
where income.population_category = 'all'
    and income.county_code in (select division_code from marts.dim_division where level = 'prefecture')
order by income.month
