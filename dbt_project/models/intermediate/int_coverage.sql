-- Submissions due tonight and those accepted, by county and feed; the prefecture's rows have those of all counties, and
-- the readings of the platform. Projects and banks are in feed_timeliness only.
with
county_submissions as (
    select
        coalesce(sent.unit, {{ prefecture() }}) as county_code, sent.feed,
        count(*) as units_due,
        count(*) filter (where sent.arrived_at is not null) as units_accepted
    from {{ ref('int_unit_submission') }} as sent
    inner join {{ ref('division') }} as county on sent.unit = county.division_code and county.level = 'county'
    where sent.is_due
    group by sent.feed, rollup (sent.unit)
),

readings as (
    select
        {{ prefecture() }} as county_code, reading.feed, 1 as units_due,
        reading.is_accepted::integer as units_accepted
    from {{ ref('int_feed_day') }} as reading
    inner join {{ source('ops', 'feed') }} as feed on reading.feed = feed.feed and feed.unit = 'platform'
    where reading.on_date = {{ tonight_date() }} and reading.county_code = {{ prefecture() }}
)

select county_code, feed, units_due, units_accepted from county_submissions
union all
select county_code, feed, units_due, units_accepted from readings
