-- The agreed pay date of each month of a unit: the rule in force when the month ended, the unit's own before the
-- general one; a pay date on a holiday moves to the working day before.
with
rules as (
    select distinct on (periods.feed, periods.unit, periods.period)
        periods.feed, periods.unit, periods.period, rule.months_after, rule.day_of_month, rule.is_default
    from (select distinct feed, unit, period from {{ ref('reported_period') }}) as periods
    inner join {{ ref('pay_due_rule') }} as rule
        on periods.feed = rule.feed and rule.unit in (periods.unit, '*')
            and rule.valid_from < periods.period + interval '1 month'
    order by periods.feed, periods.unit, periods.period, rule.unit = '*', rule.valid_from desc
),

agreed as (
    select
        rules.*,
        -- The 31st of a shorter month is its last day.
        least(
            (period + make_interval(months => months_after))::date + day_of_month - 1,
            (period + make_interval(months => months_after + 1))::date - 1
        ) as agreed_on
    from rules
)

select
    feed, unit, period, is_default,
    coalesce(
        (
            select max(calendar.calendar_date)
            from {{ ref('dim_date') }} as calendar
            where calendar.is_working_day and calendar.calendar_date between agreed.agreed_on - 31 and agreed.agreed_on
        ),
        agreed.agreed_on
    ) as pay_due_on
from agreed
