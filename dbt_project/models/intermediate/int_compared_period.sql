-- The latest month whose payrolls are due (on a day of the month after), the payments of a year and the hires of
-- reconciliation_days, without the most recent ones, whose spells are not reported yet.
with
tonight as (
    select
        {{ tonight_date() }} as on_date, date_trunc('month', {{ tonight_date() }}) as month,
        (select max(feed.due_day) from {{ source('ops', 'feed') }} as feed where feed.kind = 'period') as due_day
),

months as (
    select
        on_date,
        month - case when extract(day from on_date) >= due_day then interval '1 month' else interval '2 months' end
            as month_from,
        month - interval '12 months' as payments_from
    from tonight
)

select
    on_date,
    month_from::date as month_from,
    (month_from + interval '1 month')::date - 1 as month_to,
    payments_from::date as payments_from,
    {{ while_set('reconciliation_hire_days', "on_date - " ~ setting('reconciliation_days', 'integer')) }} as hires_from,
    on_date - {{ setting('reconciliation_settled_days', 'integer') }} as hires_to
from months
