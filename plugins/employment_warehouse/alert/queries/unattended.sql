-- What counties have left open for as long as the setting says, for the prefecture. Titles are Chinese | English.
select
    %(prefecture)s::text as unit, a.unit as failed_unit, a.kind, a.since,
    split_part(a.title, ' | ', 1) as title_zh, split_part(a.title, ' | ', 2) as title_en,
    a.report_date - a.since as days
from ops.alert as a
where a.report_date = %(report_date)s and a.resolved_at is null and a.unit <> %(prefecture)s
    and a.report_date - a.since >= ops.setting('alert_escalation_days', a.report_date)::integer
order by a.since, a.unit, a.kind
