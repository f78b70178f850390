-- What two feeds say of the same thing, side by side: how much of it both have, only one has, or they tell differently.
with
-- The latest month whose payments are due (on the 10th of the month after), the payments of a year and the hires of
-- reconciliation_days, those of the last days left out: their spells are still to come.
night as (
    select
        on_date,
        (month - case when extract(day from on_date) >= 10 then interval '1 month' else interval '2 months' end)::date
            as month_from,
        (month - case when extract(day from on_date) >= 10 then interval '0' else interval '1 month' end)::date - 1
            as month_to,
        (month - interval '12 months')::date as payments_from,
        on_date - {{ setting('reconciliation_days', 'integer') }} as hires_from,
        on_date - {{ setting('reconciliation_settled_days', 'integer') }} as hires_to
    from (
        select {{ tonight_date() }} as on_date, date_trunc('month', {{ tonight_date() }}) as month
    ) as tonight
),

-- Work relief: persons in the month, by the employment register and by the payrolls.
relief_told as (
    select spell.person_key, spell.county_code, spell.work_division_code, 'first' as side
    from {{ ref('fct_employment_spell') }} as spell
    inner join night
        on spell.start_on <= night.month_to and (spell.end_on is null or spell.end_on >= night.month_from)
    where spell.channel = 'work_relief'
    union all
    select line.person_key, line.county_code, line.county_code as work_division_code, 'second'
    from {{ ref('fct_relief_payroll_line') }} as line
    inner join night on line.period = night.month_from
    where line.days_worked > 0
),

relief_workers as (
    select
        person_key,
        bool_or(side = 'first') as is_first,
        bool_or(side = 'second') as is_second,
        array_agg(work_division_code) filter (where side = 'first')
        && array_agg(work_division_code) filter (where side = 'second') as is_same_place
    from relief_told
    group by person_key
),

homes as ({{ homes_of('relief_told') }}),

-- Who is at home nowhere counts where a spell was reported, else where a payroll was.
relief_rows as (
    select
        'relief_employment_payroll' as pair,
        coalesce(home.county_code, told.county_code) as county_code,
        worker.person_key::text as item,
        case
            when not worker.is_second then 'only_in_first'
            when not worker.is_first then 'only_in_second'
            when worker.is_same_place then 'matched'
            else 'conflicting'
        end as standing
    from relief_workers as worker
    inner join relief_told as told
        on worker.person_key = told.person_key and (told.side = 'first' or not worker.is_first)
    cross join night
    left join homes as home on worker.person_key = home.person_key and {{ is_home('home', 'night.month_to') }}
),

-- Public posts: who holds one and who is paid for one in the month.
tenures as (
    select distinct on (tenure.county_code, tenure.post_no, tenure.person_key)
        tenure.county_code, tenure.post_no, tenure.person_key, tenure.monthly_subsidy
    from {{ ref('fct_post_tenure') }} as tenure
    inner join night
        on tenure.start_on <= night.month_to and (tenure.end_on is null or tenure.end_on >= night.month_from)
    order by
        tenure.county_code, tenure.post_no, tenure.person_key, tenure.start_on desc, tenure.reported_start_on desc
),

post_payments as (
    select payment.unit as county_code, payment.item as post_no, payment.person_key, payment.amount_due
    from {{ ref('fct_wage_payment') }} as payment
    inner join night on payment.period = night.month_from
    where payment.feed = 'public_post_payment'
),

post_rows as (
    select
        'post_payment' as pair, county_code,
        concat_ws('|', county_code, post_no, person_key) as item,
        case
            when amount_due is null then 'only_in_first'
            when monthly_subsidy is null then 'only_in_second'
            when amount_due > monthly_subsidy then 'conflicting'
            else 'matched'
        end as standing
    from tenures
    full join post_payments using (county_code, post_no, person_key)
),

-- Payments: attempts of a year whose return has come or is overdue, and the return lines that answer none.
attempts as (
    select attempt.* from {{ ref('fct_payment_attempt') }} as attempt
    inner join night
        on attempt.period >= night.payments_from
            and (attempt.outcome <> 'no_return' or attempt.return_due_on < night.on_date)
),

batches as (
    select batch_no, min(county_code) as county_code from {{ ref('fct_payment_attempt') }} group by batch_no
),

unasked_lines as (
    select line.batch_no, line.line_no, batches.county_code
    from {{ ref('reported_bank_return') }} as line
    cross join night
    left join batches using (batch_no)
    where line.seen_to is null
        and not exists (
            select from {{ ref('fct_payment_attempt') }} as attempt
            where attempt.batch_no = line.batch_no and attempt.account_key = line.account_key
        )
        and (
            line.batch_no in (select batch_no from attempts)
            or (batches.batch_no is null and line.seen_from >= night.payments_from)
        )
),

bank_rows as (
    select
        'payroll_bank' as pair, county_code,
        concat_ws('|', feed, unit, period, person_key, item, batch_no) as item,
        case
            when outcome in ('left_out', 'no_return') then 'only_in_first'
            when is_amount_different then 'conflicting'
            else 'matched'
        end as standing
    from attempts
    union all
    select 'payroll_bank', county_code, concat_ws('|', 'line', batch_no, line_no), 'only_in_second'
    from unasked_lines
),

-- The platform: hires of registered persons, and the jobs that they began about then.
hires as (
    select application.* from {{ ref('fct_job_application') }} as application
    inner join night on application.hired_on between night.hires_from and night.hires_to
),

job_names as (
    select job.person_key, job.start_on, job.employer_key, {{ normalised_name('spell.employer_name') }} as employer
    from {{ ref('fct_job') }} as job
    inner join {{ ref('fct_employment_spell') }} as spell
        on job.person_key = spell.person_key and job.employer_key = spell.employer_key
            and job.start_on <= spell.start_on and (job.end_on is null or job.end_on >= spell.start_on)
    where job.person_key in (select person_key from hires) and job.start_on <= {{ tonight_date() }}
),

hire_jobs as (
    select
        hires.application_id,
        bool_or(
            job.employer_key in (hires.employer_uscc, {{ normalised_name('hires.employer_name') }})
            or job.employer = {{ normalised_name('hires.employer_name') }}
        ) as is_same_employer
    from hires
    inner join job_names as job
        on hires.person_key = job.person_key
            and job.start_on between hires.hired_on - {{ setting('reconciliation_hire_days', 'integer') }}
            and hires.hired_on + {{ setting('reconciliation_hire_days', 'integer') }}
    group by hires.application_id
),

hire_homes as ({{ homes_of('hires') }}),

platform_rows as (
    select
        'platform_employment' as pair, home.county_code, hires.application_id as item,
        case
            when hire_jobs.application_id is null then 'only_in_first'
            when hire_jobs.is_same_employer then 'matched'
            else 'conflicting'
        end as standing
    from hires
    inner join hire_homes as home on hires.person_key = home.person_key and {{ is_home('home', 'hires.hired_on') }}
    left join hire_jobs using (application_id)
),

-- Workshops: heads have no names, so the numbers are set off against each other, workshop by workshop.
workshops as (
    select county_code, workshop_no, workers
    from {{ ref('fct_workshop_state') }}
    where valid_to is null and status <> 'exited'
),

workshop_workers as (
    select distinct person_key, workshop_county, workshop_no, coalesce(workshop_county, reported_by) as county_code
    from {{ ref('int_workshop_spell') }}
    where start_on <= {{ tonight_date() }} and (end_on is null or end_on >= {{ tonight_date() }})
),

found as (
    select
        workshops.county_code, workshops.workshop_no, workshops.workers as reported,
        count(worker.person_key) as found
    from workshops
    left join workshop_workers as worker
        on workshops.county_code = worker.workshop_county and workshops.workshop_no = worker.workshop_no
    group by workshops.county_code, workshops.workshop_no, workshops.workers
),

workers_elsewhere as (
    select worker.county_code, worker.person_key
    from workshop_workers as worker
    left join workshops
        on worker.workshop_county = workshops.county_code and worker.workshop_no = workshops.workshop_no
    where workshops.workshop_no is null
),

heads as (
    select
        county_code, least(reported, found) as matched, greatest(reported - found, 0) as only_in_first,
        greatest(found - reported, 0) as only_in_second, null::uuid as person_key
    from found
    union all
    select county_code, 0, 0, 0, person_key from workers_elsewhere
),

-- Each thing counts in its county and once in the prefecture.
named as (
    select * from relief_rows
    union all
    select * from post_rows
    union all
    select * from bank_rows
    union all
    select * from platform_rows
),

counted as (
    select
        named.pair, place.county_code,
        {% for standing in ['matched', 'only_in_first', 'only_in_second', 'conflicting'] -%}
        count(distinct named.item) filter (where named.standing = '{{ standing }}') as {{ standing }}
        {{- ',' if not loop.last }}
        {% endfor %}
    from named
    cross join lateral (values (named.county_code), ({{ prefecture() }})) as place (county_code)
    group by named.pair, place.county_code
    union all
    select
        'workshop_headcount', place.county_code, sum(heads.matched), sum(heads.only_in_first),
        sum(heads.only_in_second) + count(distinct heads.person_key), 0
    from heads
    cross join lateral (values (heads.county_code), ({{ prefecture() }})) as place (county_code)
    group by place.county_code
),

pairs as (
    select pair.* from night
    cross join lateral (
        values
        ('relief_employment_payroll', 'person', month_from, month_to),
        ('post_payment', 'post holding', month_from, month_to),
        ('workshop_headcount', 'head', on_date, on_date),
        ('payroll_bank', 'payment', payments_from, on_date),
        ('platform_employment', 'application', hires_from, hires_to)
    ) as pair (pair, unit_counted, period_from, period_to)
),

compared as (
    select
        register.county_code, pairs.*,
        coalesce(counted.matched, 0) as matched,
        coalesce(counted.only_in_first, 0) as only_in_first,
        -- Not every hire goes over the platform: jobs without an application say nothing.
        case when pairs.pair <> 'platform_employment' then coalesce(counted.only_in_second, 0) end as only_in_second,
        coalesce(counted.conflicting, 0) as conflicting
    from {{ ref('int_register_start') }} as register
    cross join pairs
    left join counted on register.county_code = counted.county_code and pairs.pair = counted.pair
)

select
    county_code, pair,
    matched::integer as matched,
    only_in_first::integer as only_in_first,
    only_in_second::integer as only_in_second,
    conflicting::integer as conflicting,
    (
        matched / nullif(matched + only_in_first + coalesce(only_in_second, 0) + conflicting, 0)::numeric
    )::numeric(9, 4) as match_rate,
    unit_counted, period_from, period_to
from compared
