select
    m.project_no, p.project_name, m.county_code, m.wages_due, m.wages_paid, m.arrears, m.arrears_share,
    m.arrears_age_days, m.median_days_to_pay, m.slowest_stage, m.rejected_payments
from marts.relief_project_monitor as m
join marts.dim_relief_project as p using (project_no)
where m.arrears > 0
order by m.arrears * greatest(m.arrears_age_days, 1) desc, m.project_no
