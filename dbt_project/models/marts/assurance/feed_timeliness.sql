-- Feeds by county: what was due tonight, and what arrived without being due; the prefecture's row is over all units.
-- Projects and batches count in the county of the project. A source that has never delivered is missing.
with
batch_counties as (
    select
        attempt.batch_no as unit,
        min(case when attempt.feed = 'relief_payroll' then project.county_code else attempt.unit end) as county_code
    from {{ ref('reported_payment_attempt') }} as attempt
    left join {{ ref('dim_relief_project') }} as project on attempt.unit = project.project_no
    group by attempt.batch_no
),

unit_counties as (
    select unit, county_code from batch_counties
    union all
    select project_no, county_code from {{ ref('dim_relief_project') }}
),

unit_submissions as (
    select
        sent.*,
        coalesce(county.division_code, unit_counties.county_code, {{ prefecture() }}) as county_code
    from {{ ref('int_unit_submission') }} as sent
    left join unit_counties using (unit)
    left join {{ ref('division') }} as county on sent.unit = county.division_code and county.level = 'county'
),

county_submissions as (
    select * from unit_submissions
    union all
    select feed, unit, is_due, due_at, arrived_at, rows_read, rows_landed, rows_rejected, status, latest_on,
        corrections_7d, {{ prefecture() }}
    from unit_submissions
    where county_code <> {{ prefecture() }}
),

feeds as (
    select
        feed, county_code,
        max(due_at) as expected_by,
        max(arrived_at) as arrived_at,
        case
            when bool_or(status = 'intake_failed') then 'intake_failed'
            when bool_or(status = 'missing') then 'missing'
            when bool_or(status = 'held') then 'held'
            when bool_or(status = 'late') then 'late'
            else 'on_time'
        end as status,
        case when bool_and(latest_on is not null) then min(latest_on) end as latest_on,
        coalesce(sum(rows_read), 0) as rows_read,
        coalesce(sum(rows_landed), 0) as rows_landed,
        coalesce(sum(rows_rejected), 0) as rows_rejected,
        count(*) filter (where is_due) as units_due,
        count(*) filter (where is_due and arrived_at is not null) as units_reported,
        sum(corrections_7d) as corrections_7d
    from county_submissions
    group by feed, county_code
),

-- The platform is read every night; feeds of projects and banks are due only once a project is known.
always_due as (
    select feed, source
    from {{ source('ops', 'feed') }}
    where source in ('hr_platform', 'payroll', 'bank')
),

never_delivered as (
    select
        always_due.feed,
        (
            select max(delivery.report_date) from {{ source('ops', 'delivery') }} as delivery
            where delivery.feed = always_due.feed and delivery.status = 'accepted'
        ) as latest_on,
        exists(
            select 1 from {{ source('ops', 'intake_failure') }} as failure
            where failure.feed = always_due.feed and failure.night_on = {{ tonight_date() }}
        ) as is_failure
    from always_due
    where
        always_due.feed not in (select feed from feeds)
        and (
            always_due.source = 'hr_platform'
            or not exists (
                select 1 from {{ source('ops', 'delivery') }} as delivery
                where delivery.feed = 'relief_project' and delivery.status in ('accepted', 'held')
            )
        )
)

select
    feed, county_code, expected_by, arrived_at, status, latest_on,
    rows_read::integer as rows_read, rows_landed::integer as rows_landed, rows_rejected::integer as rows_rejected,
    (rows_rejected / nullif(rows_read, 0)::numeric)::numeric(9, 4) as rejected_share,
    (units_reported / nullif(units_due, 0)::numeric)::numeric(9, 4) as completeness,
    units_due::integer as units_due, units_reported::integer as units_reported,
    corrections_7d::integer as corrections_7d
from feeds
union all
select
    feed, {{ prefecture() }}, null, null,
    case when is_failure then 'intake_failed' else 'missing' end,
    latest_on, 0, 0, 0, null::numeric(9, 4), 0::numeric(9, 4), 1, 0, 0
from never_delivered
