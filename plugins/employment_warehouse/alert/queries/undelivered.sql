-- Alerts that a channel has not received since they were raised; older ones are no longer news.
select
    a.alert_id, a.level, a.kind, a.unit, a.report_date, a.since, a.title, a.body, a.link,
    coalesce(a.since < a.report_date, false) as is_continued
from ops.alert as a
where a.resolved_at is null and (a.build is null or a.build <= %(build)s)
    and (
        a.raised_at > now()
        - interval '1 day'
        * (select ops.setting('alert_undelivered_days', (now() at time zone 'Asia/Shanghai')::date))::integer
    ) is not false
    and not exists (
        select from ops.alert_delivery as d
        where d.alert_id = a.alert_id and d.channel = %(channel)s and d.sent_at >= a.raised_at
    )
order by a.report_date nulls first, array_position(array['critical', 'warning', 'info'], a.level), a.kind, a.unit
