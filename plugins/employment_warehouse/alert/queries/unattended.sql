-- What counties have left open for as long as the setting says, for the prefecture: each kind once, however many dates
-- it is open for. Households without employment take weeks, and every report has them. Titles are Chinese | English.
with open_alerts as (
    select distinct on (a.unit, a.kind)
        a.unit, a.kind, a.title, min(a.since) over (partition by a.unit, a.kind) as since
    from ops.alert as a
    where a.report_date <= %(report_date)s and a.resolved_at is null and a.unit <> %(prefecture)s
        and not starts_with(a.kind, 'zero_employment')
    order by a.unit, a.kind, a.report_date desc
)

select
    %(prefecture)s::text as unit, a.unit as failed_unit, a.kind, a.since,
    split_part(a.title, ' | ', 1) as title_zh, split_part(a.title, ' | ', 2) as title_en,
    %(report_date)s - a.since as days
from open_alerts as a
where %(report_date)s - a.since >= ops.setting('alert_escalation_days', %(report_date)s)::integer
order by a.since, a.unit, a.kind
