-- Reports due tonight and those accepted, by county and feed; the prefecture's rows have those of all counties, and the
-- readings of the platform. Projects and banks are in feed_timeliness only.
with
county_reports as (
    select
        coalesce(report.unit, {{ prefecture() }}) as county_code, report.feed,
        count(*) as units_due,
        count(*) filter (where report.arrived_at is not null) as units_accepted
    from {{ ref('int_unit_report') }} as report
    inner join {{ ref('division') }} as county on report.unit = county.division_code and county.level = 'county'
    where report.is_due
    group by report.feed, rollup (report.unit)
),

readings as (
    select
        {{ prefecture() }} as county_code, reading.feed, 1 as units_due,
        reading.is_accepted::integer as units_accepted
    from {{ ref('int_feed_day') }} as reading
    inner join {{ source('ops', 'feed') }} as feed on reading.feed = feed.feed and feed.unit = 'platform'
    where reading.on_date = {{ tonight_date() }} and reading.county_code = {{ prefecture() }}
)

select county_code, feed, units_due, units_accepted from county_reports
union all
select county_code, feed, units_due, units_accepted from readings
