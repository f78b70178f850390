-- From the first year of reports to the end of the fifth year after the night's: what is agreed or due is before.
with
days as (
    select generate_series(
        ops.first_report_date(),
        make_date(extract(year from {{ tonight_date() }})::integer + 5, 12, 31),
        interval '1 day'
    )::date as calendar_date
),

known_years as (
    select distinct extract(year from on_date) as calendar_year from {{ ref('holiday') }}
),

calendar as (
    select
        days.calendar_date,
        extract(year from days.calendar_date)::integer as calendar_year,
        extract(month from days.calendar_date)::integer as calendar_month,
        date_trunc('week', days.calendar_date)::date as week_start,
        date_trunc('month', days.calendar_date)::date as month_start,
        extract(isodow from days.calendar_date)::integer as weekday,
        coalesce(holiday.is_working_day, extract(isodow from days.calendar_date) <= 5) as is_working_day,
        holiday.holiday_zh,
        holiday.holiday_en,
        known_years.calendar_year is not null as is_official
    from days
    left join {{ ref('holiday') }} as holiday on days.calendar_date = holiday.on_date
    left join known_years on extract(year from days.calendar_date) = known_years.calendar_year
)

select * from calendar
