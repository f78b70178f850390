-- The latest month whose payrolls are due (on a day of the month after), the payments of a year and the hires of
-- reconciliation_days, without the most recent ones, whose spells are not reported yet.
select
    on_date,
    (month - case when extract(day from on_date) >= due_day then interval '1 month' else interval '2 months' end)::date
        as month_from,
    (month - case when extract(day from on_date) >= due_day then interval '0' else interval '1 month' end)::date - 1
        as month_to,
    (month - interval '12 months')::date as payments_from,
    {{ while_set('reconciliation_hire_days', "on_date - " ~ setting('reconciliation_days', 'integer')) }} as hires_from,
    on_date - {{ setting('reconciliation_settled_days', 'integer') }} as hires_to
from (
    select
        {{ tonight_date() }} as on_date, date_trunc('month', {{ tonight_date() }}) as month,
        (select max(feed.due_day) from {{ source('ops', 'feed') }} as feed where feed.kind = 'period') as due_day
) as tonight
