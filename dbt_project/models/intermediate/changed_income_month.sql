-- The months of which this build recomputes incomes: an income is compared with those of the three months before, so a
-- month changes with each of them.
with
wage_days as ({{ changed_days('fct_wage_span', 'daterange(valid_from, valid_to)', ['valid_from', 'valid_to']) }}),

-- Those whose state the last publication shows otherwise, or does not have yet.
statuses as (
    select grid.month
    from {{ ref('int_month') }} as grid
    inner join ({{ month_status(['labor_register', 'employment', 'public_post']) }}) as status
        using (county_code, month)
    left join {{ published_rows('income_stability') }} as known using (county_code, month)
    where
        known.month is null
        or (grid.counties_reporting, status.obs_status) is distinct from (known.counties_reporting, known.obs_status)
),

touched as (
    select month as from_month, month as to_month from {{ ref('changed_month') }}
    union
    select date_trunc('month', lower(days))::date, date_trunc('month', upper(days) - 1)::date
    from wage_days
    where not isempty(days)
)

select distinct grid.month
from {{ ref('int_month') }} as grid
inner join touched
    on touched.from_month <= grid.month
    and (touched.to_month is null or touched.to_month >= (grid.month - interval '3 months')::date)
union
select month from statuses
